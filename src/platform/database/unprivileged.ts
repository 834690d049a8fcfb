import { execFile } from 'node:child_process';
import { chown, readFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { promisify } from 'node:util';

const execute = promisify(execFile);
const NOBODY = '65534';
// A first start on a slow disk takes seconds; minutes mean that something hangs.
const PROGRAM_TIMEOUT_MS = 120_000;

/** A way to run the server's programs: they refuse to be run as root. */
export interface Runner {
  /**
   * Runs a program to its end, inside a folder that the account may enter.
   * @returns its standard output
   * @throws Error with what it printed
   */
  run(program: string, args: string[], folder: string): Promise<string>;
  /** Gives a fresh, empty folder to the account that runs the programs. */
  handOver(folder: string): Promise<void>;
}

/**
 * Chooses how to run PostgreSQL's programs. An ordinary account runs them itself. Root (containers,
 * build machines), and an account without a name, which initdb refuses too, do it in a user
 * namespace where they are called nobody: files keep their owner and no other account is needed.
 * Where that is forbidden, root uses the account postgres or nobody. Files that belong to another
 * account already (the application ran under it before) stay with that account.
 *
 * @param owner whom the server's folder belongs to; undefined when there is none yet
 */
export async function chooseRunner(owner?: Account): Promise<Runner> {
  const isRoot = process.getuid?.() === 0;
  if (isRoot && owner && owner.uid !== 0) return runAs(owner);
  if (!isRoot && hasName()) return { run: runProgram, handOver: async () => {} };
  if (await canUnshare()) {
    return {
      run: (program, args, folder) =>
        runProgram('unshare', [...NAMESPACE, program, ...args], folder),
      handOver: async () => {},
    };
  }
  const account = isRoot ? await serviceAccount() : undefined;
  if (account === undefined) {
    throw new Error(
      'PostgreSQL cannot run under this account. Set DATABASE_URL to a PostgreSQL server.',
    );
  }
  return runAs(account);
}

interface Account {
  uid: number;
  gid: number;
}

function runAs({ uid, gid }: Account): Runner {
  return {
    run: (program, args, folder) => runProgram(program, args, folder, { uid, gid }),
    handOver: (folder) => chown(folder, uid, gid),
  };
}

const NAMESPACE = ['--user', `--map-user=${NOBODY}`, `--map-group=${NOBODY}`, '--'];

async function runProgram(
  program: string,
  args: string[],
  cwd: string,
  account: Partial<Account> = {},
): Promise<string> {
  try {
    const { stdout } = await execute(program, args, {
      ...account,
      cwd,
      timeout: PROGRAM_TIMEOUT_MS,
    });
    return stdout;
  } catch (error) {
    const { stdout = '', stderr = '', message } = error as Error & Partial<Output>;
    throw new Error(`${stdout}${stderr}`.trim() || message, { cause: error });
  }
}

interface Output {
  stdout: string;
  stderr: string;
}

function hasName(): boolean {
  try {
    return userInfo().username !== '';
  } catch {
    return false;
  }
}

async function canUnshare(): Promise<boolean> {
  try {
    await execute('unshare', [...NAMESPACE, 'true']);
    return true;
  } catch {
    return false;
  }
}

async function serviceAccount(): Promise<Account | undefined> {
  const lines = (await readFile('/etc/passwd', 'utf8').catch(() => '')).split('\n');
  for (const name of ['postgres', 'nobody']) {
    const fields = lines.find((line) => line.startsWith(`${name}:`))?.split(':');
    if (fields) return { uid: Number(fields[2]), gid: Number(fields[3]) };
  }
  return undefined;
}
