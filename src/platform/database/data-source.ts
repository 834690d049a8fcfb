import { Logger } from '@nestjs/common';
import { DataSource, type MigrationInterface } from 'typeorm';
import { closeLanes } from './prepared.js';
import { type DatabaseLog, RedactingLogger } from './redacting-logger.js';
import { SnakeNamingStrategy } from './snake-naming.strategy.js';

/** A server of one's own by URL, or the local one by its socket folder. */
export type DatabaseConnection =
  { url: string } | { host: string; port: number; user: string; database: string };

export interface DataSourceOptions {
  /** Connections kept at most. Default 4. */
  poolSize?: number;
  /** The server gives a statement up after this many milliseconds; 0 means never. Default 5000. */
  statementTimeoutMs?: number;
  /** How long a request waits for a connection of the pool, or for a new one. Default 2000. */
  connectWithinMs?: number;
  /** How long a statement waits for somebody else's lock; 0 means for ever. Default 2000. */
  lockTimeoutMs?: number;
  /** A pooler hands connections over between transactions: nothing of a session is relied upon. */
  pooled?: boolean;
  /** Default: Nest's logger. */
  log?: DatabaseLog;
}

type EntityClass = abstract new (...args: never[]) => object;
type MigrationClass = new () => MigrationInterface;

/** A forgotten transaction holds locks that every other instance waits for. */
const IDLE_IN_TRANSACTION_MS = 30_000;

/**
 * Describes the database; connects on `initialize()`. Tables and migrations are lists given by the
 * caller, and nothing is ever created by looking at the entities.
 *
 * Connections work in UTC, since days are UTC days also in SQL, and within time limits. Both are
 * parameters of the session; a pooler would not pass them on, so there the role has them (`pooled.ts`).
 */
export function buildDataSource(
  connection: DatabaseConnection,
  entities: readonly EntityClass[],
  migrations: readonly MigrationClass[],
  options: DataSourceOptions = {},
): DataSource {
  return new Database({
    type: 'postgres',
    ...target(connection),
    entities: [...entities],
    migrations: [...migrations],
    migrationsTransactionMode: 'each',
    synchronize: false,
    installExtensions: false,
    // gen_random_uuid(), which PostgreSQL has without any extension.
    uuidExtension: 'pgcrypto',
    namingStrategy: new SnakeNamingStrategy(),
    logging: ['error', 'warn', 'migration'],
    logger: new RedactingLogger(options.log ?? nestLog),
    applicationName: 'keyturn',
    connectTimeoutMS: options.connectWithinMs ?? 2_000,
    poolSize: options.poolSize ?? 4,
    extra: options.pooled ? { pooled: true } : sessionOf(options),
  });
}

function sessionOf({ statementTimeoutMs, lockTimeoutMs }: DataSourceOptions) {
  return {
    statement_timeout: statementTimeoutMs ?? 5_000,
    lock_timeout: lockTimeoutMs ?? 2_000,
    idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
    options: '-c TimeZone=UTC',
  };
}

class Database extends DataSource {
  override async destroy(): Promise<void> {
    await closeLanes(this);
    await super.destroy();
  }
}

function target(connection: DatabaseConnection) {
  if ('url' in connection) return { url: connection.url };
  const { host, port, user, database } = connection;
  // pg would otherwise look into the environment; the local server has neither password nor TLS.
  return { host, port, username: user, password: '', database, ssl: false };
}

const nestLogger = new Logger('Database');

const nestLog: DatabaseLog = (level, message) => {
  if (level === 'error') nestLogger.error(message);
  else if (level === 'warn') nestLogger.warn(message);
  else nestLogger.log(message);
};
