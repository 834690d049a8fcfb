import { Logger } from '@nestjs/common';
import { DataSource, MigrationExecutor, type MigrationInterface } from 'typeorm';
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
  /** Default: Nest's logger. */
  log?: DatabaseLog;
}

type EntityClass = abstract new (...args: never[]) => object;
type MigrationClass = new () => MigrationInterface;

// A forgotten transaction holds locks that every other instance waits for.
const IDLE_IN_TRANSACTION_MS = 30_000;

/**
 * Describes the database; connects on `initialize()`. Tables and migrations are lists given by the
 * caller, and nothing is ever created by looking at the entities.
 *
 * Connections work in UTC, since days are UTC days also in SQL. They set parameters of their
 * session, so a pooler in between must work per session, not per transaction.
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
    extra: {
      statement_timeout: options.statementTimeoutMs ?? 5_000,
      lock_timeout: options.lockTimeoutMs ?? 2_000,
      idle_in_transaction_session_timeout: IDLE_IN_TRANSACTION_MS,
      options: '-c TimeZone=UTC',
    },
  });
}

class Database extends DataSource {
  override async destroy(): Promise<void> {
    await closeLanes(this);
    await super.destroy();
  }
}

/**
 * Applies the migrations that are missing, each in its own transaction. Instances that start at the
 * same moment wait for each other; TypeORM alone would let them create the same table twice.
 *
 * @returns the names of the applied migrations
 * @throws the failing migration's error; the ones before it stay applied
 */
export async function migrate(dataSource: DataSource): Promise<string[]> {
  const runner = dataSource.createQueryRunner();
  try {
    // Waiting for another instance, and a change of a large table, may take longer than a request.
    await runner.query('set statement_timeout = 0; set lock_timeout = 0');
    await runner.query(`select pg_advisory_lock(${MIGRATION_LOCK})`);
    try {
      // The executor itself, because dataSource.runMigrations() would use another connection.
      const executor = new MigrationExecutor(dataSource, runner);
      executor.transaction = 'each';
      return (await executor.executePendingMigrations()).map(({ name }) => name);
    } finally {
      // Should the connection be lost, the server has let go of the lock already.
      await runner.query(`select pg_advisory_unlock(${MIGRATION_LOCK})`).catch(() => undefined);
      await runner.query('reset statement_timeout; reset lock_timeout').catch(() => undefined);
    }
  } finally {
    await runner.release();
  }
}

/** Any fixed key: a hash of words collides with nobody who picks small numbers. */
const MIGRATION_LOCK = `hashtextextended('keyturn migrations', 0)`;

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
