import type { DataSource } from 'typeorm';
import type { Clock } from './platform/clock.js';
import type { Config } from './platform/config/config.js';
import { keysOf } from './platform/config/load.js';
import { buildDataSource, type DatabaseConnection } from './platform/database/data-source.js';
import { startLocalPostgres } from './platform/database/local-postgres.js';
import { migrate } from './platform/database/migrate.js';
import { checkPooled } from './platform/database/pooled.js';
import { checkKeys, checkNothingIsLost } from './platform/keys/key-checks.js';
import { type Mailer } from './platform/mail/mailer.js';
import { mailerOf } from './platform/mail/mailer-of.js';
import type { Platform } from './platform/platform.module.js';
import { entities, migrations } from './schema.js';

/** The platform, and how to take it down again. */
export interface Started {
  platform: Platform;
  stop(): Promise<void>;
}

/**
 * Opens the database, brings its schema up to date and checks that keys and database belong together.
 * @throws Error with a sentence for the operator
 */
export async function startPlatform(config: Config, clock: Clock): Promise<Started> {
  const keys = keysOf(config);
  const { dataSource, stop: stopDatabase } = await openDatabase(config);
  let mailer: Mailer | undefined;
  const stop = async () => {
    await mailer?.close();
    await stopDatabase();
  };
  try {
    await migrate(dataSource);
    await checkKeys(dataSource, keys);
    await checkNothingIsLost(dataSource, keys, clock.now());
    mailer = mailerOf(config, clock);
    return { platform: { config, keys, clock, dataSource, mailer }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/**
 * Connects to the database as it is: the configured server, or our own in the data folder.
 * @throws Error with a sentence for the operator
 */
export async function openDatabase(
  config: Config,
): Promise<{ dataSource: DataSource; stop: () => Promise<void> }> {
  const { connection, stop: stopServer } = await openServer(config);
  const dataSource = buildDataSource(connection, entities, migrations, {
    poolSize: config.DATABASE_POOL,
    pooled: config.DATABASE_POOLER !== undefined,
  });
  const stop = async () => {
    if (dataSource.isInitialized) await dataSource.destroy();
    await stopServer();
  };
  try {
    await connect(dataSource, config);
    if (config.DATABASE_POOLER) await checkPooled(dataSource);
    return { dataSource, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function openServer(
  config: Config,
): Promise<{ connection: DatabaseConnection; stop: () => Promise<void> }> {
  if (config.DATABASE_URL) {
    return { connection: { url: config.DATABASE_URL }, stop: () => Promise.resolve() };
  }
  const server = await startLocalPostgres({
    dataDir: config.DATA_DIR,
    binDir: config.LOCAL_PG_BIN,
  });
  const { host, port, user, database } = server;
  return { connection: { host, port, user, database }, stop: () => server.stop() };
}

async function connect(dataSource: DataSource, config: Config): Promise<void> {
  try {
    await dataSource.initialize();
  } catch (error) {
    if (!config.DATABASE_URL) throw error;
    const { hostname, port } = new URL(config.DATABASE_URL);
    const reason = error instanceof Error ? error.message : String(error);
    throw new Error(
      `DATABASE_URL: no connection to ${hostname || 'the server'}${port ? `:${port}` : ''}: ${reason}`,
    );
  }
}
