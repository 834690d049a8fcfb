// One database server for a whole test run, in a temporary folder. Runs outside Jest's transform,
// hence plain JavaScript and imports from dist/.
import { mkdtemp, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PREFIX = 'keyturn-test-';
const PID_FILE = 'test-run.pid';
const TEMPLATE = 'template_keyturn';

/**
 * Starts the server and migrates the template database.
 *
 * @returns {Promise<{ connection: object, stop(): Promise<void> }>}
 */
export async function startTestServer() {
  const { startLocalPostgres } = await import('../../dist/src/platform/database/local-postgres.js');
  await removeLeftovers();
  const folder = await mkdtemp(join(tmpdir(), PREFIX));
  await writeFile(join(folder, PID_FILE), String(process.pid));
  const dataDir = join(folder, 'data');
  const binDir = process.env.KEYTURN_LOCAL_POSTGRES_BIN || undefined;
  const server = await startLocalPostgres({ dataDir, binDir, fsync: false });
  const stop = async () => {
    await server.stop();
    await rm(folder, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const { host, port, user } = server;
    await createTemplate({ host, port, user, database: TEMPLATE });
    return { connection: { host, port, user, database: TEMPLATE }, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Creates the database from which every test file gets its copy. */
async function createTemplate(connection) {
  const { buildDataSource } = await import('../../dist/src/platform/database/data-source.js');
  const { migrate } = await import('../../dist/src/platform/database/migrate.js');
  const { entities, migrations } = await import('../../dist/src/schema.js');
  const lobby = buildDataSource({ ...connection, database: 'postgres' }, [], []);
  await lobby.initialize();
  await lobby.query(`create database ${TEMPLATE}`);
  const template = buildDataSource(connection, entities, migrations);
  await template.initialize();
  await migrate(template);
  await template.destroy();
  await lobby.destroy();
}

/** Stops and removes what test runs left behind that were killed before their end. */
async function removeLeftovers() {
  const { stopAbandonedPostgres } =
    await import('../../dist/src/platform/database/local-postgres.js');
  for (const name of await readdir(tmpdir())) {
    if (!name.startsWith(PREFIX)) continue;
    const folder = join(tmpdir(), name);
    const pid = Number(await readFile(join(folder, PID_FILE), 'utf8').catch(() => 'NaN'));
    if (!pid || isAlive(pid)) continue;
    const dataDir = join(folder, 'data');
    await stopAbandonedPostgres({ dataDir, fsync: false }).catch(() => undefined);
    await rm(folder, { recursive: true, force: true, maxRetries: 5 }).catch(() => undefined);
  }
}

function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return error.code === 'EPERM';
  }
}
