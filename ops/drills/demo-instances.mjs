// Starts instances of the demo on one data folder, as processes, for the drills.
import { spawn } from 'node:child_process';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', '..');

/** A data folder that goes away with the drill. */
export async function newDataDir() {
  return mkdtemp(join(tmpdir(), 'keyturn-drill-'));
}

/** Starts the demo and waits for its line; the first one makes the data folder. */
export async function startInstance(dataDir, environment = {}) {
  const { PATH, HOME, TMPDIR } = process.env;
  const child = spawn(process.execPath, ['dist/src/main.js', '--demo', '--json'], {
    cwd: root,
    env: {
      PATH,
      HOME,
      TMPDIR,
      DATA_DIR: dataDir,
      PORT: String(await freePort()),
      LOG_LEVEL: 'fatal',
      ...environment,
    },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  for await (const line of createInterface({ input: child.stdout })) {
    return { child, ready: JSON.parse(line) };
  }
  throw new Error('an instance ended before it was ready');
}

export async function stopAll(instances, dataDir) {
  await Promise.all(
    instances.map(({ child }) => {
      if (child.exitCode !== null || child.signalCode !== null) return undefined;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      return gone;
    }),
  );
  await rm(dataDir, { recursive: true, force: true, maxRetries: 5 });
}

/** The lines of postmaster.pid: process, ..., port, socket folder. */
export async function postmaster(dataDir) {
  const [home] = (await readdir(dataDir)).filter((name) => /^pg\d+$/.test(name));
  const text = await readFile(join(dataDir, home, 'data', 'postmaster.pid'), 'utf8');
  const lines = text.split('\n').map((line) => line.trim());
  return { pid: Number(lines[0]), port: Number(lines[3]), host: lines[4] };
}

/** Open files of a process, sockets among them. */
export async function openFiles(pid) {
  return (await readdir(`/proc/${pid}/fd`)).length;
}

export function freePort() {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address();
      server.close(() => resolve(port));
    });
  });
}
