import { readFile, readdir, readlink, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import { setTimeout as pause } from 'node:timers/promises';

const POLL_MS = 50;
const FREE = 'free';

/**
 * Runs `work` while no other process is inside `withFileLock` for the same folder, then lets go.
 *
 * The lock is a symbolic link `lock.<n>` whose target names its owner, because a link appears
 * together with its content in one step. The highest number counts; it only grows, and it is never
 * removed before a higher one exists. So a waiter that takes over from a killed owner can never
 * remove the lock of someone who was faster, which is the classic defect of a plain lock file.
 *
 * @param folder an existing folder on a file system that knows symbolic links
 * @param waitMs how long to wait for the other process, in milliseconds
 * @throws Error naming the owner when the lock is not free in time; whatever `work` throws
 */
export async function withFileLock<T>(
  folder: string,
  waitMs: number,
  work: () => Promise<T>,
): Promise<T> {
  const mine = await takeLock(folder, waitMs);
  try {
    return await work();
  } finally {
    await release(folder, mine);
  }
}

async function takeLock(folder: string, waitMs: number): Promise<number> {
  const me = await describeProcess(process.pid);
  const giveUpAt = performance.now() + waitMs;
  for (;;) {
    const highest = (await lockNumbers(folder)).at(-1) ?? 0;
    const owner = highest === 0 ? FREE : await ownerOf(lockPath(folder, highest));
    if (owner !== undefined && (owner === FREE || !(await isAlive(owner)))) {
      if (await claim(folder, highest + 1, me)) return highest + 1;
      continue;
    }
    if (performance.now() > giveUpAt) {
      throw new Error(`${folder} is locked by process ${owner?.split(':')[0] ?? 'unknown'}`);
    }
    await pause(POLL_MS);
  }
}

/** Tries to become the owner; false when someone else was faster. */
async function claim(folder: string, number: number, me: string): Promise<boolean> {
  try {
    await symlink(me, lockPath(folder, number));
  } catch (error) {
    if (codeOf(error) === 'EEXIST') return false;
    throw error;
  }
  const numbers = await lockNumbers(folder);
  // A slow claimer can create a number that was used and removed long ago: only the highest counts.
  const won = numbers.at(-1) === number;
  const obsolete = won ? numbers.slice(0, -1) : [number];
  for (const old of obsolete) await remove(lockPath(folder, old));
  return won;
}

async function release(folder: string, mine: number): Promise<void> {
  await symlink(FREE, lockPath(folder, mine + 1)).catch((error: unknown) => {
    if (codeOf(error) !== 'EEXIST') throw error;
  });
  await remove(lockPath(folder, mine));
}

async function lockNumbers(folder: string): Promise<number[]> {
  const names = await readdir(folder);
  return names
    .filter((name) => /^lock\.\d+$/.test(name))
    .map((name) => Number(name.slice('lock.'.length)))
    .sort((a, b) => a - b);
}

/** @returns undefined when the lock was let go between two looks */
async function ownerOf(path: string): Promise<string | undefined> {
  try {
    return await readlink(path);
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** `pid:start`, so that a later process with the same number is not taken for the owner. */
async function describeProcess(pid: number): Promise<string> {
  return `${pid}:${(await processStart(pid)) ?? ''}`;
}

async function isAlive(owner: string): Promise<boolean> {
  const [pid = '', start] = owner.split(':');
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    // EPERM: it exists, but belongs to someone else.
    if (codeOf(error) !== 'EPERM') return false;
  }
  return !start || (await processStart(Number(pid))) === start;
}

/** Start time of a process in kernel ticks; undefined where there is no /proc (macOS). */
async function processStart(pid: number): Promise<string | undefined> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    // The second field is the command in brackets and may contain blanks; start time is field 22.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : fields[19];
  } catch {
    return undefined;
  }
}

function lockPath(folder: string, number: number): string {
  return join(folder, `lock.${number}`);
}

async function remove(path: string): Promise<void> {
  try {
    await unlink(path);
  } catch (error) {
    if (codeOf(error) !== 'ENOENT') throw error;
  }
}

function codeOf(error: unknown): unknown {
  return (error as { code?: unknown }).code;
}
