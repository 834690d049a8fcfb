import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, readdir, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { withFileLock } from '../../src/platform/database/file-lock.js';
import {
  type LocalPostgres,
  startLocalPostgres,
  stopAbandonedPostgres,
} from '../../src/platform/database/local-postgres.js';

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'keyturn-launcher-'));
});

afterEach(async () => {
  await stopAbandonedPostgres({ dataDir: folder, fsync: false }).catch(() => undefined);
  await rm(folder, { recursive: true, force: true, maxRetries: 5 });
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

  it('says what was looked for when there are no server programs', async () => {
    const options = { dataDir: folder, binDir: join(folder, 'nothing') };
    await expect(startLocalPostgres(options)).rejects.toThrow(/nothing.*[\s\S]*DATABASE_URL/);
  });
});

describe('the lock', () => {
  it('lets one in at a time', async () => {
    let inside = 0;
    const counts: number[] = [];
    const work = async () => {
      counts.push(++inside);
      await pause(5);
      inside--;
    };
    await Promise.all(Array.from({ length: 10 }, () => withFileLock(folder, 10_000, work)));
    expect(counts).toEqual(Array(10).fill(1));
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is let go when the work fails', async () => {
    const failing = withFileLock(folder, 1_000, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await withFileLock(folder, 0, () => Promise.resolve('entered'))).toBe('entered');
  });

  it.each([
    ['ended', async () => `${await endedPid()}:1`],
    ['has a number that another process has now', () => Promise.resolve(`${process.pid}:1`)],
  ])('of an owner that %s is taken over by exactly one', async (_case, owner) => {
    await symlink(await owner(), join(folder, 'lock.41'));
    let entered = 0;
    const work = async () => {
      entered++;
      await pause(300);
    };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => withFileLock(folder, 0, work)),
    );
    expect(entered).toBe(1);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('names a living owner', async () => {
    await mkdir(join(folder, 'other'));
    await withFileLock(join(folder, 'other'), 0, async () => {
      const second = withFileLock(join(folder, 'other'), 100, () => Promise.resolve());
      await expect(second).rejects.toThrow(`locked by process ${process.pid}`);
    });
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

/** The number of a process that existed and has ended. */
function endedPid(): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['-e', ''], () => resolve(child.pid ?? 0));
  });
}
