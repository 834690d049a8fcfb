import { execFile } from 'node:child_process';
import { readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { withFileLock } from '../../src/platform/database/file-lock.js';
import { temporaryFolder } from '../support/temporary-folder.js';

let temporary: Awaited<ReturnType<typeof temporaryFolder>>;
let folder: string;

beforeEach(async () => {
  temporary = await temporaryFolder();
  folder = temporary.path;
});

afterEach(() => temporary.remove());

describe('the lock', () => {
  it('lets one in at a time', async () => {
    let inside = 0;
    const counts: number[] = [];
    const work = async () => {
      counts.push(++inside);
      await pause(5);
      inside--;
    };
    await Promise.all(Array.from({ length: 10 }, () => withFileLock(folder, 10_000, work)));
    expect(counts).toEqual(Array(10).fill(1));
    expect(await readdir(folder)).toHaveLength(1);
  });

  it('is let go when the work fails', async () => {
    const failing = withFileLock(folder, 1_000, () => Promise.reject(new Error('broken')));
    await expect(failing).rejects.toThrow('broken');
    expect(await withFileLock(folder, 0, () => Promise.resolve('entered'))).toBe('entered');
  });

  it.each([
    ['ended', async () => `${await endedPid()}:1`],
    ['has a number that another process has now', () => Promise.resolve(`${process.pid}:1`)],
  ])('of an owner that %s is taken over by exactly one', async (_case, owner) => {
    await symlink(await owner(), join(folder, 'lock.41'));
    let entered = 0;
    const work = async () => {
      entered++;
      await pause(300);
    };
    const outcomes = await Promise.allSettled(
      Array.from({ length: 5 }, () => withFileLock(folder, 0, work)),
    );
    expect(entered).toBe(1);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('names a living owner', async () => {
    await withFileLock(folder, 0, async () => {
      const second = withFileLock(folder, 100, () => Promise.resolve());
      await expect(second).rejects.toThrow(`locked by process ${process.pid}`);
    });
  });
});

/** The number of a process that existed and has ended. */
function endedPid(): Promise<number> {
  return new Promise((resolve) => {
    const child = execFile(process.execPath, ['-e', ''], () => resolve(child.pid ?? 0));
  });
}
