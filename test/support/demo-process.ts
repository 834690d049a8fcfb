import { type ChildProcess, spawn } from 'node:child_process';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { createInterface } from 'node:readline';

/** What `npm run demo -- --json` says. */
export interface Ready {
  url: string;
  mailbox: string;
  accounts: {
    email: string;
    password: string;
    totpKey: string;
    role: string;
    organisation: string;
  }[];
  applications: { name: string; clientId: string; organisation: string; managers: string[] }[];
  secrets: { clientId: string; name: string; value: string }[];
}

export interface DemoInstance {
  child: ChildProcess;
  ready: Ready;
}

/** Runs the service and its commands as processes on one data folder. */
export class DemoProcesses {
  private readonly running: ChildProcess[] = [];

  constructor(private readonly dataDir: string) {}

  /** Starts `npm run demo -- --json` without npm, and waits for its line. */
  async start(environment: Record<string, string> = {}): Promise<DemoInstance> {
    const args = ['dist/src/main.js', '--demo', '--json'];
    const child = this.run(args, { PORT: String(await freePort()), ...environment });
    this.running.push(child);
    for await (const line of createInterface({ input: child.stdout! })) {
      return { child, ready: JSON.parse(line) as Ready };
    }
    throw new Error('the demo ended before it was ready');
  }

  /** Runs something to its end. */
  async output(args: string[], environment: Record<string, string> = {}) {
    const child = this.run(args, environment);
    const [out, err] = ['', ''].map((text) => ({ text }));
    child.stdout!.on('data', (chunk) => (out!.text += chunk));
    child.stderr!.on('data', (chunk) => (err!.text += chunk));
    const status = await new Promise<number | null>((resolve) => child.on('close', resolve));
    return { status, out: out!.text, err: err!.text };
  }

  async stopAll(): Promise<void> {
    await Promise.all(this.running.map(stop));
  }

  private run(args: string[], environment: Record<string, string>): ChildProcess {
    const { PATH, HOME, TMPDIR } = process.env;
    return spawn(process.execPath, args, {
      env: { PATH, HOME, TMPDIR, DATA_DIR: this.dataDir, ...environment },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }
}

export function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return Promise.resolve();
  const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  child.kill('SIGTERM');
  return gone;
}

export function freePort(): Promise<number> {
  return new Promise((resolve) => {
    const server = createServer().listen(0, '127.0.0.1', () => {
      const { port } = server.address() as AddressInfo;
      server.close(() => resolve(port));
    });
  });
}
