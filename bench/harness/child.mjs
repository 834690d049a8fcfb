// Programs that the bench starts, and stops again whatever happens.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { createInterface } from 'node:readline';
import { onCore } from './machine.mjs';

const running = new Set();

/**
 * Starts a Node program and waits until it prints its first line, which must be JSON.
 * @param {string[]} args script and arguments
 * @param {{ core?: string, env?: Record<string, string>, flags?: string[] }} options
 */
export async function startNode(args, { core, env = {}, flags = [] } = {}) {
  const [program, ...rest] = [...onCore(core), process.execPath, ...flags, ...args];
  const { PATH, HOME } = process.env;
  const child = spawn(program, rest, {
    // Nothing of the caller's environment decides how the programs run.
    env: { PATH, HOME, NODE_ENV: 'production', ...env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  running.add(child);
  // Read and forgotten, as a log collector would; the last lines explain a failed start.
  let complaints = '';
  child.stderr.on('data', (chunk) => (complaints = (complaints + chunk).slice(-2000)));
  const exit = once(child, 'exit').then(([code, signal]) => {
    running.delete(child);
    throw new Error(`${args[0]} ended (${code ?? signal})\n${complaints}`);
  });
  exit.catch(() => undefined);
  const [line] = await Promise.race([once(createInterface(child.stdout), 'line'), exit]);
  return {
    ...JSON.parse(line),
    pid: child.pid,
    /** Asks a program that answers messages, such as `references/parts.mjs`. */
    ask: async (question) => {
      const answer = once(child, 'message');
      child.send(question);
      return (await Promise.race([answer, exit]))[0];
    },
    stop: () => stop(child),
  };
}

export async function stopAll() {
  await Promise.all([...running].map(stop));
}

async function stop(child) {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const gone = once(child, 'exit');
  child.kill('SIGTERM');
  const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
  await gone;
  clearTimeout(late);
}

export async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}
