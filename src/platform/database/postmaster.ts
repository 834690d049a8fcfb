import { readFile, readdir, readlink, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';
import pg from 'pg';

/** The only role of the local server. */
export const SUPERUSER = 'keyturn';
const READY_WITHIN_MS = 30_000;

/** How to reach a running server. No password: the socket's folder is closed to other accounts. */
export interface ServerAddress {
  host: string;
  port: number;
  user: string;
}

/** The address of the running server; undefined when there is none, or none that answers. */
export async function runningServer(data: string): Promise<ServerAddress | undefined> {
  const lines = await pidFile(data);
  // Line 2 is the data folder: a copied folder must not lead to the original's server.
  if (lines?.[1] !== data || !lines[4]) return undefined;
  const address = { host: lines[4], port: Number(lines[3]), user: SUPERUSER };
  const giveUpAt = performance.now() + READY_WITHIN_MS;
  for (;;) {
    const refusal = await probe(address);
    if (refusal === undefined) return address;
    // 57P03: it answers, but is still starting, recovering or stopping.
    if (refusal !== '57P03' || performance.now() > giveUpAt) return undefined;
    await pause(100);
  }
}

/**
 * Is a server alive that nobody can reach, because something tidied its socket away? Temporary
 * folders are cleaned by age. A killed server is different: it leaves its socket behind.
 */
export async function hasLostSocket(data: string): Promise<boolean> {
  const lines = await pidFile(data);
  if (lines?.[1] !== data || !lines[4]) return false;
  const socket = join(lines[4], `.s.PGSQL.${lines[3]}`);
  const exists = (await stat(socket).catch(() => undefined)) !== undefined;
  return !exists && (await hasProcess(data)) === true;
}

/**
 * Removes the pid file of a killed server when no process works in its folder any more. PostgreSQL
 * does so itself, unless the number is in use again (a restarted container counts from one) or
 * nobody collects the dead process. Only where /proc tells; elsewhere PostgreSQL decides alone.
 */
export async function forgetDeadServer(data: string): Promise<void> {
  if ((await hasProcess(data)) === false) await rm(join(data, 'postmaster.pid'), { force: true });
}

/** Does a process of a server work in this folder? undefined where there is no /proc. */
async function hasProcess(data: string): Promise<boolean | undefined> {
  const processes = (await readdir('/proc').catch(() => [])).filter((name) => /^\d+$/.test(name));
  for (const pid of processes) {
    const folder = await readlink(`/proc/${pid}/cwd`).catch((error: NodeJS.ErrnoException) =>
      error.code === 'EACCES' || error.code === 'EPERM' ? undefined : '',
    );
    if (folder === data) return true;
    // Not ours to look at: better to believe that it is this one.
    if (folder === undefined && (await commandOf(pid)) === 'postgres') return true;
  }
  return processes.length > 0 ? false : undefined;
}

async function commandOf(pid: string): Promise<string> {
  return (await readFile(`/proc/${pid}/comm`, 'utf8').catch(() => '')).trim();
}

/** The lines of the file in which a server tells how to reach it; undefined when none runs. */
export async function pidFile(data: string): Promise<string[] | undefined> {
  const text = await readFile(join(data, 'postmaster.pid'), 'utf8').catch(() => undefined);
  return text?.split('\n').map((line) => line.trim());
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
