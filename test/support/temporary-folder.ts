import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * Creates an empty folder. When the test run is killed, the next one removes it, and stops a
 * database server in it (see `test-server.mjs`).
 */
export async function temporaryFolder(): Promise<{ path: string; remove(): Promise<void> }> {
  const outer = await mkdtemp(join(tmpdir(), 'keyturn-test-'));
  await writeFile(join(outer, 'test-run.pid'), String(process.pid));
  const path = join(outer, 'data');
  await mkdir(path);
  return { path, remove: () => rm(outer, { recursive: true, force: true, maxRetries: 5 }) };
}
