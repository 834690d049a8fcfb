import { randomUUID } from 'node:crypto';
import { deserialize, serialize } from 'node:v8';
import type { DataSource } from 'typeorm';
import { buildDataSource } from '../../src/platform/database/data-source.js';
import { entities, migrations } from '../../src/schema.js';

/** How to reach a database of the test run's server. */
export interface TestConnection {
  host: string;
  port: number;
  user: string;
  database: string;
}

export interface TestDatabase {
  connection: TestConnection;
  /** Connected, with the application's tables and settings. */
  dataSource: DataSource;
  /** Closes `dataSource` and removes the database, whoever is still connected to it. */
  drop(): Promise<void>;
}

/** The same as `DATABASE_URL` names it. */
export function urlOf({ host, port, user, database }: TestConnection): string {
  return `postgres://${user}@${encodeURIComponent(host)}:${port}/${database}`;
}

/** Tests run side by side: what takes seconds here need not be a fault. */
export const patience = { connectWithinMs: 20_000, lockTimeoutMs: 10_000 };

/**
 * Creates a database of its own for a test file: a copy of the migrated template, in some
 * milliseconds. With `empty` it has no tables, for tests of the migrations themselves; `copyOf` names
 * another database than the template, which nobody may be connected to.
 *
 * @throws Error when the server could not be started or migrated; it says why
 */
export async function createTestDatabase({
  empty = false,
  copyOf = '',
} = {}): Promise<TestDatabase> {
  const template = serverConnection();
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  const source = empty ? 'template0' : `${copyOf || template.database} strategy file_copy`;
  await inLobby((lobby) => lobby.query(`create database ${database} template ${source}`));

  const connection = { ...template, database };
  const dataSource = buildDataSource(connection, entities, migrations, patience);
  await dataSource.initialize();
  return {
    connection,
    dataSource,
    drop: async () => {
      if (dataSource.isInitialized) await dataSource.destroy();
      await inLobby((lobby) => lobby.query(`drop database ${database} with (force)`));
    },
  };
}

/**
 * Creates a database for a test file as a copy of one that `make` filled: the first file of the test
 * run that asks for this name makes it, the others wait for that.
 *
 * @returns with it, what `make` told about it
 */
export async function createMadeDatabase<T>(
  name: string,
  make: (dataSource: DataSource) => Promise<T>,
): Promise<TestDatabase & { made: T }> {
  const made = await inLobby(async (lobby) => {
    await lobby.query(`select pg_advisory_lock(hashtext($1))`, [name]);
    const [found] = await lobby.query<{ told: string }[]>(
      `select shobj_description(oid, 'pg_database') as told from pg_database where datname = $1`,
      [name],
    );
    if (found) return deserialize(Buffer.from(found.told, 'base64')) as T;
    const { connection, dataSource } = await createTestDatabase();
    const told = await make(dataSource);
    await dataSource.destroy();
    await lobby.query(
      `comment on database ${connection.database} is '${serialize(told).toString('base64')}'`,
    );
    await lobby.query(`alter database ${connection.database} rename to ${name}`);
    return told;
  });
  return { ...(await createTestDatabase({ copyOf: name })), made };
}

/** Connection to the template database; do not connect to it, copying needs it unused. */
function serverConnection(): TestConnection {
  const published = JSON.parse(process.env.KEYTURN_TEST_SERVER ?? '{}') as {
    connection?: TestConnection;
    failure?: string;
  };
  if (published.connection) return published.connection;
  throw new Error(`No test database. ${published.failure ?? 'Was the global setup run?'}`);
}

/** In a database that is always there, over one connection. */
async function inLobby<T>(work: (lobby: DataSource) => Promise<T>): Promise<T> {
  const connection = { ...serverConnection(), database: 'postgres' };
  const lobby = buildDataSource(connection, [], [], { ...patience, poolSize: 1 });
  await lobby.initialize();
  try {
    return await work(lobby);
  } finally {
    await lobby.destroy();
  }
}
