import { createHash } from 'node:crypto';
import { chmod, lstat, mkdir, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Runner } from './unprivileged.js';

// Only a part of the socket's file name: the folder makes it unique, and no TCP port is opened.
export const PORT = 5432;
// The kernel's limit for a socket path, counted in bytes without the final zero.
const SOCKET_PATH_LIMIT = process.platform === 'darwin' ? 103 : 107;

/**
 * Chooses the folder for the server's socket: its own one, or a short one in the temporary folder
 * when the path would be too long for the kernel.
 *
 * @throws Error when another account has prepared that temporary folder
 */
export async function socketFolder(home: string, runner: Runner): Promise<string> {
  if (fits(home)) return home;
  const name = `pg-${createHash('sha256').update(home).digest('hex').slice(0, 16)}`;
  const folder = fits(join(tmpdir(), name)) ? join(tmpdir(), name) : join('/tmp', name);
  const isNew = (await mkdir(folder, { recursive: true, mode: 0o700 })) !== undefined;
  if (isNew) await runner.handOver(folder);
  // Everybody may write to the temporary folder: a folder prepared by someone else is a trap.
  const [found, wanted] = [await lstat(folder), await stat(home)];
  if (!found.isDirectory() || found.uid !== wanted.uid) {
    throw new Error(`${folder} belongs to someone else. Use a shorter data folder.`);
  }
  await chmod(folder, 0o700);
  return folder;
}

function fits(folder: string): boolean {
  return Buffer.byteLength(join(folder, `.s.PGSQL.${PORT}`)) <= SOCKET_PATH_LIMIT;
}
