import { randomUUID } from 'node:crypto';
import { chmod, mkdir, readFile, readdir, realpath } from 'node:fs/promises';
import { rename, rm, rmdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import { findPostgresPrograms } from './postgres-programs.js';
import { forgetDeadServer, hasLostSocket, pidFile, runningServer } from './postmaster.js';
import { type ServerAddress, SUPERUSER } from './postmaster.js';
import { PORT, socketFolder } from './socket-folder.js';
import { chooseRunner, type Runner } from './unprivileged.js';

const DATA = 'data';
const FRESH = 'data.new-';
const LOG = 'server.log';
const START_WITHIN_MS = 30_000;
const RETRY_MS = 500;

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
    const running = await runningServer(cluster.data);
    if (running !== undefined) return running;
    try {
      if (await hasLostSocket(cluster.data)) await stopServer(cluster);
      await forgetDeadServer(cluster.data);
      await start(cluster);
      log(`Database server started in ${cluster.home}`);
    } catch (error) {
      // After a kill the old process may linger for some seconds, and PostgreSQL then refuses.
      if (performance.now() > giveUpAt) throw await withServerLog(cluster, error);
      await pause(RETRY_MS);
    }
  }
}

/** Stops a server that is alive, and waits until it is gone. */
export async function stopServer(cluster: Cluster): Promise<void> {
  const socketAt = (await pidFile(cluster.data))?.[4];
  await run(cluster, 'pg_ctl', ['stop', '-D', DATA, '-m', 'fast', '-w', '-t', '30', '-s']);
  if (socketAt && socketAt !== cluster.home) await rmdir(socketAt).catch(() => undefined);
}

/**
 * `pg_ctl` instead of a child of ours: the server gets a session of its own, so that Ctrl-C and a
 * watcher that kills the whole process tree of the application do not reach it.
 */
async function start(cluster: Cluster): Promise<void> {
  const sockets = await socketFolder(cluster.home, cluster.runner);
  const settings = {
    listen_addresses: '',
    // A list, in which quotes keep a name with commas together.
    unix_socket_directories: `"${sockets.replaceAll('"', '""')}"`,
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

async function withServerLog(cluster: Cluster, error: unknown): Promise<Error> {
  const text = await readFile(join(cluster.home, LOG), 'utf8').catch(() => '');
  const lastLines = text.trim().split('\n').slice(-5).join('\n');
  const reason = error instanceof Error ? error.message : String(error);
  return new Error(`The database server does not start: ${reason}\n${lastLines}`, { cause: error });
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
