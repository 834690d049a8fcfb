import type { Pool, PoolClient } from 'pg';
import type { DataSource, EntityManager } from 'typeorm';
import { Lane, type PoolSettings } from './lane.js';

/**
 * A statement that each connection parses and plans once; its name must be unique in the program.
 * Behind a pooler it is parsed each time.
 */
export interface Prepared {
  name: string;
  text: string;
}

/** Two: so many cores of the server can work on what one process asks, and it needs no more. */
const width = 2;
const lanesOf = new WeakMap<DataSource, { lanes: Lane[]; asked: number }>();

/**
 * Runs a named prepared statement past the ORM and its pool, on a connection that requests share:
 * for the few paths where every microsecond counts. Unless it goes `alone`, it leaves together with
 * those that come up in the same turn of the event loop.
 */
export async function runPrepared<Row>(
  dataSource: DataSource,
  { name, text }: Prepared,
  values: unknown[],
  { alone = false } = {},
): Promise<Row[]> {
  const own = lanesOf.get(dataSource) ?? openLanes(dataSource);
  const lane = own.lanes[(own.asked += 1) % width]!;
  return (await lane.query({ name, text, values }, alone)) as Row[];
}

/** Before the data source itself is closed. */
export async function closeLanes(dataSource: DataSource): Promise<void> {
  const own = lanesOf.get(dataSource);
  lanesOf.delete(dataSource);
  await Promise.all(own?.lanes.map((lane) => lane.close()) ?? []);
}

function openLanes(dataSource: DataSource) {
  const { options } = poolOf(dataSource);
  const own = { lanes: Array.from({ length: width }, () => new Lane(options)), asked: 0 };
  lanesOf.set(dataSource, own);
  return own;
}

/**
 * The same for work that can wait: in the caller's transaction, or on a connection of the pool. The
 * shared connections are left to the requests.
 */
export async function queryPrepared<Row>(
  db: EntityManager,
  { name, text }: Prepared,
  values: unknown[],
): Promise<Row[]> {
  const pool = poolOf(db.dataSource);
  const client = db.queryRunner ? ((await db.queryRunner.connect()) as PoolClient) : pool;
  const { rows } = await client.query(
    pool.options.pooled ? { text, values } : { name, text, values },
  );
  return rows as Row[];
}

function poolOf(dataSource: DataSource) {
  return (dataSource.driver as unknown as { master: Pool & { options: PoolSettings } }).master;
}
