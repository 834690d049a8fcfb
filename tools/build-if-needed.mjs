// Builds `dist/` when it is missing or older than its sources, so that every command of the README
// works in a fresh clone and a second start costs nothing. Where the compiler is not installed
// (production image) the existing build is used as it is.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const stamp = join(root, 'dist', '.built');
const sources = ['src', 'migrations', 'tsconfig.json', 'tsconfig.build.json', 'package-lock.json'];

/** @returns {number} newest modification time below `path`, in milliseconds */
function newest(path) {
  const info = statSync(path, { throwIfNoEntry: false });
  if (!info) return 0;
  if (!info.isDirectory()) return info.mtimeMs;
  return Math.max(info.mtimeMs, ...readdirSync(path).map((name) => newest(join(path, name))));
}

const builtAt = statSync(stamp, { throwIfNoEntry: false })?.mtimeMs ?? 0;
const changedAt = Math.max(...sources.map((name) => newest(join(root, name))));
const compiler = join(root, 'node_modules', '@nestjs', 'cli', 'bin', 'nest.js');

if (changedAt > builtAt && existsSync(compiler)) {
  // The compiler's words go to standard error: standard output belongs to the command that follows.
  const startedAt = new Date();
  const { status } = spawnSync(process.execPath, [compiler, 'build'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
  });
  if (status !== 0) process.exit(status ?? 1);
  writeFileSync(stamp, '');
  utimesSync(stamp, startedAt, startedAt);
}
