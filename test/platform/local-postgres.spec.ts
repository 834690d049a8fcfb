import { readFile, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import {
  type LocalPostgres,
  startLocalPostgres,
  stopAbandonedPostgres,
} from '../../src/platform/database/local-postgres.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: string;

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = temporary.path;
});

afterEach(async () => {
  await stopAbandonedPostgres({ dataDir: folder, fsync: false }).catch(() => undefined);
  await temporary.remove();
});

const start = (dataDir = folder, fsync = false) => startLocalPostgres({ dataDir, fsync });

describe('the local server', () => {
  it('starts in an empty folder, opens no TCP port, and keeps its data over a restart', async () => {
    const first = await start();
    expect(await query(first, 'show listen_addresses')).toEqual([{ listen_addresses: '' }]);
    expect(await query(first, 'show timezone')).toEqual([{ TimeZone: 'UTC' }]);
    expect(await query(first, `select lower('ÉÄ') as lower`)).toEqual([{ lower: 'éä' }]);
    await query(first, 'create table kept as select 7 as seven');
    await first.stop();
    expect(await isRunning(first)).toBe(false);

    const second = await start();
    expect(await query(second, 'select seven from kept')).toEqual([{ seven: 7 }]);
    await second.stop();
  });

  it('is shared by instances that start at once, and stopped by the last of them', async () => {
    const [a, b, c] = await Promise.all([start(), start(), start()]);
    const postmasters = await Promise.all([a, b, c].map(postmasterPid));
    expect(new Set(postmasters).size).toBe(1);
    await a.stop();
    await b.stop();
    expect(await isRunning(c)).toBe(true);
    await c.stop();
    await c.stop();
    expect(await isRunning(c)).toBe(false);
  });

  it('comes back when it is killed while the application runs', async () => {
    const server = await start(folder, true);
    await query(server, 'create table survivor as select 1 as one');
    const killed = await postmasterPid(server);
    process.kill(killed, 'SIGKILL');
    await until(async () => (await isRunning(server)) && (await postmasterPid(server)) !== killed);
    expect(await query(server, 'select one from survivor')).toEqual([{ one: 1 }]);
    await server.stop();
    expect(await isRunning(server)).toBe(false);
  });

  it('finds another way for its socket when the folder has a very long name', async () => {
    const long = join(folder, `it's a long $name `.repeat(8).trim());
    const server = await start(long);
    expect(server.host.startsWith(long)).toBe(false);
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    await expect(readdir(server.host)).rejects.toThrow('ENOENT');
  });

  it('does not mind an unusual folder name', async () => {
    const server = await start(join(folder, `it's, "a" $b`));
    expect(await query(server, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
  });

  it('is reachable again for the next instance when its socket was tidied away', async () => {
    const first = await start();
    await unlink(join(first.host, `.s.PGSQL.${first.port}`));
    const second = await start();
    expect(await query(second, 'select 1 as one')).toEqual([{ one: 1 }]);
    await first.stop();
    await second.stop();
    expect(await isRunning(second)).toBe(false);
  });

  it('can be given up after it was killed', async () => {
    const server = await start();
    process.kill(await postmasterPid(server), 'SIGKILL');
    await server.stop();
    expect(await isRunning(server)).toBe(false);
  });

  it('says what was looked for when there are no server programs', async () => {
    const options = { dataDir: folder, binDir: join(folder, 'nothing') };
    await expect(startLocalPostgres(options)).rejects.toThrow(/nothing.*[\s\S]*DATABASE_URL/);
  });
});

async function query(server: LocalPostgres, sql: string): Promise<unknown[]> {
  const { host, port, user, database } = server;
  const client = new pg.Client({ host, port, user, database, ssl: false });
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(sql)).rows;
  } finally {
    await client.end();
  }
}

function isRunning(server: LocalPostgres): Promise<boolean> {
  return query(server, 'select 1').then(
    () => true,
    () => false,
  );
}

async function postmasterPid(server: LocalPostgres): Promise<number> {
  const text = await readFile(join(server.host, 'data', 'postmaster.pid'), 'utf8');
  return Number(text.split('\n')[0]);
}

async function until(condition: () => Promise<boolean>): Promise<void> {
  while (!(await condition())) await pause(100);
}
