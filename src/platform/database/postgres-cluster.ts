import { chmod, lstat, mkdir, readFile, readdir, readlink, realpath } from 'node:fs/promises';
import { rename, rm, rmdir, stat } from 'node:fs/promises';
import { createHash, randomUUID } from 'node:crypto';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';
import { findPostgresPrograms } from './postgres-programs.js';
import { chooseRunner, type Runner } from './unprivileged.js';

const DATA = 'data';
const FRESH = 'data.new-';
const LOG = 'server.log';
const SUPERUSER = 'keyturn';
// Only a part of the socket's file name: the folder makes it unique, and no TCP port is opened.
const PORT = 5432;
const START_WITHIN_MS = 30_000;
const RETRY_MS = 500;
// The kernel's limit for a socket path, counted in bytes without the final zero.
const SOCKET_PATH_LIMIT = process.platform === 'darwin' ? 103 : 107;

/** A database server's folder with everything needed to start, reach and stop the server in it. */
export interface Cluster {
  /** `<dataDir>/pg<major>`, mode 0700: the lock, the server's log, its data and its socket. */
  home: string;
  data: string;
  binDir: string;
  major: number;
  runner: Runner;
  /** false: a crash may lose everything (tests) */
  fsync: boolean;
}

/** How to reach a running server. No password: the socket's folder is closed to other accounts. */
export interface ServerAddress {
  host: string;
  port: number;
  user: string;
}

/** Prepares the folder of the installed PostgreSQL version; starts nothing. */
export async function openCluster(
  dataDir: string,
  binDir: string | undefined,
  fsync: boolean,
): Promise<Cluster> {
  const programs = await findPostgresPrograms(binDir);
  await mkdir(dataDir, { recursive: true });
  // Versions cannot read each other's files, hence a folder per major version.
  const home = join(await realpath(dataDir), `pg${programs.major}`);
  const runner = await chooseRunner(await stat(home).catch(() => undefined));
  const isNew = (await mkdir(home, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew) await runner.handOver(home);
  await chmod(home, 0o700);
  return { home, data: join(home, DATA), ...programs, runner, fsync };
}

/** Creates the data files unless they exist. The caller holds the lock. */
export async function initialise(cluster: Cluster): Promise<void> {
  if (await exists(join(cluster.data, 'PG_VERSION'))) return;
  // Built aside and renamed, so that an interrupted first start leaves nothing half done. Each try
  // has a name of its own: the initdb of a killed application may still be writing.
  const names = await readdir(cluster.home);
  for (const old of names.filter((name) => name.startsWith(FRESH))) {
    await rm(join(cluster.home, old), { recursive: true, force: true, maxRetries: 5 });
  }
  const fresh = `${FRESH}${randomUUID()}`;
  const locale =
    cluster.major >= 17
      ? ['--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8']
      : ['--locale=C', '--locale-provider=icu', '--icu-locale=und'];
  await run(cluster, 'initdb', [
    ...['-D', fresh, '-U', SUPERUSER, '--auth=trust', '--encoding=UTF8', '--no-instructions'],
    // Upper and lower case of all letters, the same on every machine.
    ...locale,
    ...(cluster.fsync ? [] : ['--no-sync']),
  ]);
  await rename(join(cluster.home, fresh), cluster.data);
}

/**
 * Makes sure that the server runs: uses the running one, or starts it. The caller holds the lock.
 *
 * @throws Error with the server's own words when it is not up within 30 seconds
 */
export async function ensureRunning(
  cluster: Cluster,
  log: (message: string) => void,
): Promise<ServerAddress> {
  const giveUpAt = performance.now() + START_WITHIN_MS;
  for (;;) {
    const running = await runningServer(cluster);
    if (running !== undefined) return running;
    try {
      await forgetDeadServer(cluster);
      await start(cluster);
      log(`Database server started in ${cluster.home}`);
    } catch (error) {
      // After a kill the old process may linger for some seconds, and PostgreSQL then refuses.
      if (performance.now() > giveUpAt) throw await withServerLog(cluster, error);
      await pause(RETRY_MS);
    }
  }
}

/** The address of the running server; undefined when there is none, or none that answers. */
export async function runningServer(cluster: Cluster): Promise<ServerAddress | undefined> {
  const lines = await pidFile(cluster);
  // Line 2 is the data folder: a copied folder must not lead to the original's server.
  if (lines?.[1] !== cluster.data || !lines[4]) return undefined;
  const address = { host: lines[4], port: Number(lines[3]), user: SUPERUSER };
  const giveUpAt = performance.now() + START_WITHIN_MS;
  for (;;) {
    const refusal = await probe(address);
    if (refusal === undefined) return address;
    // 57P03: it answers, but is still starting, recovering or stopping.
    if (refusal !== '57P03' || performance.now() > giveUpAt) return undefined;
    await pause(100);
  }
}

/** Stops the server and waits until it is gone; nothing to do when none runs. */
export async function stopServer(cluster: Cluster): Promise<void> {
  if ((await pidFile(cluster)) === undefined) return;
  const socketFolder = (await pidFile(cluster))?.[4];
  await run(cluster, 'pg_ctl', ['stop', '-D', DATA, '-m', 'fast', '-w', '-t', '30', '-s']);
  if (socketFolder && socketFolder !== cluster.home) {
    await rmdir(socketFolder).catch(() => undefined);
  }
}

/**
 * `pg_ctl` instead of a child of ours: the server gets a session of its own, so that Ctrl-C and a
 * watcher that kills the whole process tree of the application do not reach it.
 */
async function start(cluster: Cluster): Promise<void> {
  const settings = {
    listen_addresses: '',
    unix_socket_directories: await socketFolder(cluster),
    unix_socket_permissions: '0700',
    port: String(PORT),
    timezone: 'UTC',
    log_timezone: 'UTC',
    // Neither the values of rows nor statements belong into a log file.
    log_error_verbosity: 'terse',
    log_min_error_statement: 'panic',
    ...(cluster.fsync ? {} : { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off' }),
  };
  const options = Object.entries(settings).map(([name, value]) => `-c ${name}=${quote(value)}`);
  const logFile = join(cluster.home, LOG);
  if (((await stat(logFile).catch(() => undefined))?.size ?? 0) > 1_000_000) {
    await rename(logFile, `${logFile}.old`);
  }
  await run(cluster, 'pg_ctl', [
    ...['start', '-D', DATA, '-l', LOG, '-w', '-t', '30', '-s'],
    ...['-o', options.join(' ')],
  ]);
}

/** Inside the folder and with relative names: pg_ctl lets a shell read them, `$` and all. */
function run(cluster: Cluster, program: string, args: string[]): Promise<string> {
  return cluster.runner.run(join(cluster.binDir, program), args, cluster.home);
}

/** pg_ctl hands the options to a shell. */
function quote(value: string): string {
  return `'${value.replaceAll("'", `'\\''`)}'`;
}

/** The cluster's folder; a short one of our own when the socket's path would be too long. */
async function socketFolder(cluster: Cluster): Promise<string> {
  if (fits(cluster.home)) return cluster.home;
  const name = `pg-${createHash('sha256').update(cluster.home).digest('hex').slice(0, 16)}`;
  const folder = fits(join(tmpdir(), name)) ? join(tmpdir(), name) : join('/tmp', name);
  const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew) await cluster.runner.handOver(folder);
  // Everybody may write to the temporary folder: a folder prepared by someone else is a trap.
  const [found, home] = [await lstat(folder), await stat(cluster.home)];
  if (!found.isDirectory() || found.uid !== home.uid) {
    throw new Error(`${folder} belongs to someone else. Use a shorter data folder.`);
  }
  await chmod(folder, 0o700);
  return folder;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}`)) <= SOCKET_PATH_LIMIT;
}

/**
 * Removes the pid file of a killed server when no process works in its folder any more. PostgreSQL
 * does so itself, unless the number is in use again (a restarted container counts from one) or
 * nobody collects the dead process. Only where /proc tells; elsewhere PostgreSQL decides alone.
 */
async function forgetDeadServer(cluster: Cluster): Promise<void> {
  if ((await pidFile(cluster)) === undefined) return;
  const processes = await readdir('/proc').catch(() => []);
  for (const pid of processes.filter((name) => /^\d+$/.test(name))) {
    const folder = await readlink(`/proc/${pid}/cwd`).catch((error: NodeJS.ErrnoException) =>
      error.code === 'EACCES' || error.code === 'EPERM' ? undefined : '',
    );
    if (folder === cluster.data) return;
    if (folder === undefined && (await commandOf(pid)) === 'postgres') return;
  }
  if (processes.length > 0) await rm(join(cluster.data, 'postmaster.pid'), { force: true });
}

async function commandOf(pid: string): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
}

/** @returns undefined when the server accepts a connection, else an error code */
async function probe(address: ServerAddress): Promise<string | undefined> {
  const client = new pg.Client({ ...address, database: 'postgres', ssl: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return undefined;
  } catch (error) {
    return (error as { code?: string }).code ?? 'unknown';
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function pidFile(cluster: Cluster): Promise<string[] | undefined> {
  const text = await readFile(join(cluster.data, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text?.split('\n').map((line) => line.trim());
}

async function withServerLog(cluster: Cluster, error: unknown): Promise<Error> {
  const text = await readFile(join(cluster.home, LOG), 'utf8').catch(() => '');
  const lastLines = text.trim().split('\n').slice(-5).join('\n');
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`The database server does not start: ${reason}\n${lastLines}`, { cause: error });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
