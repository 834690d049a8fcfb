// A PostgreSQL of the bench's own. Filled databases are kept as templates between runs, since a
// million secrets take a while; every run works on copies and throws them away.
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { buildDataSource } from '../../dist/src/platform/database/data-source.js';
import { migrate } from '../../dist/src/platform/database/migrate.js';
import { startLocalPostgres } from '../../dist/src/platform/database/local-postgres.js';
import { entities, migrations } from '../../dist/src/schema.js';

/** Starts the server in `folder` and removes what an interrupted run left behind. */
export async function openDatabase(folder) {
  await mkdir(folder, { recursive: true });
  const settings = await keysIn(folder);
  const { host, port, user, stop } = await startLocalPostgres({ dataDir: folder });
  const at = (database) => ({ host, port, user, database, ssl: false });
  await inClient(at('postgres'), async (client) => {
    const { rows } = await client.query(`select datname from pg_database where datname ~ '^run_'`);
    for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
  });
  return {
    settings,
    stop,
    /** Of its main process. */
    pid: await mainProcess(folder),
    connection: at,
    url: (database) => `postgres://${user}@${encodeURIComponent(host)}:${port}/${database}`,
    /** A copy of the database that `fill` makes; it is made once and kept. */
    copy: (name, kind, fill) => copy(at, name, kind, fill),
  };
}

/** @returns {Promise<string>} the copy's name */
async function copy(at, name, kind, fill) {
  const version = createHash('sha256')
    .update(migrations.map((each) => each.name).join() + fill.text)
    .digest('hex');
  const template = `kept_${kind}_${version.slice(0, 8)}`;
  const database = `run_${name}`;
  await inClient(at('postgres'), async (client) => {
    const found = await client.query('select from pg_database where datname = $1', [template]);
    if (found.rowCount === 0) {
      process.stderr.write(`  filling ${template}, once\n`);
      const { rows } = await client.query(`select datname from pg_database where datname like $1`, [
        `kept\\_${kind}\\_%`,
      ]);
      for (const { datname } of rows) await client.query(`drop database ${datname} with (force)`);
      const half = `run_half_${kind}`;
      await client.query(`drop database if exists ${half} with (force)`);
      await client.query(`create database ${half}`);
      await filled(at(half), fill);
      await client.query(`alter database ${half} rename to ${template}`);
    }
    await client.query(`drop database if exists ${database} with (force)`);
    await client.query(`create database ${database} template ${template} strategy file_copy`);
    // Otherwise the first measurement pays for the copy.
    await client.query('checkpoint');
  });
  return database;
}

async function filled(connection, fill) {
  const dataSource = buildDataSource(connection, entities, migrations);
  await dataSource.initialize();
  await migrate(dataSource);
  await dataSource.destroy();
  await inClient(connection, fill);
}

export async function inClient(connection, work) {
  const client = new pg.Client(connection);
  await client.connect();
  try {
    return await work(client);
  } finally {
    await client.end();
  }
}

async function mainProcess(folder) {
  const [version] = (await readdir(folder))
    .filter((name) => /^pg\d+$/.test(name))
    .sort()
    .reverse();
  return parseInt(await readFile(join(folder, version, 'data', 'postmaster.pid'), 'utf8'), 10);
}

/** The service's keys belong to the databases, so they are kept beside them. */
async function keysIn(folder) {
  const file = join(folder, 'keys.json');
  const known = await readFile(file, 'utf8').catch(() => undefined);
  if (known) return JSON.parse(known);
  const key = () => `1:${randomBytes(32).toString('base64')}`;
  const keys = { SESSION_KEYS: key(), HASH_KEYS: key(), ENCRYPTION_KEYS: key() };
  await writeFile(file, JSON.stringify(keys), { mode: 0o600 });
  return keys;
}
