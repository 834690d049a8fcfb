import { randomBytes } from 'node:crypto';
import {
  existsSync,
  linkSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';

const kinds = ['SESSION_KEYS', 'HASH_KEYS', 'ENCRYPTION_KEYS'] as const;

export type KeyKind = (typeof kinds)[number];

/** The service's own keys by the variable they stand for. */
export type KeyVariables = Record<KeyKind, string>;

/**
 * The keys kept in the data folder, made on first use, readable by the owner alone. Several
 * instances may start at once: the first complete file wins and all read the same one.
 */
export function keysOfFolder(dataDir: string): KeyVariables {
  const file = join(dataDir, 'keys.json');
  if (!existsSync(file)) {
    mkdirSync(dataDir, { recursive: true, mode: 0o700 });
    const draft = join(dataDir, `keys.${process.pid}.json`);
    const made = kinds.map((kind) => [kind, `1:${randomBytes(32).toString('base64')}`]);
    writeFileSync(draft, JSON.stringify(Object.fromEntries(made), null, 2), { mode: 0o600 });
    try {
      linkSync(draft, file);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
    } finally {
      rmSync(draft);
    }
  }
  return JSON.parse(readFileSync(file, 'utf8')) as KeyVariables;
}

/** Replaces one list in the data folder; a process that reads meanwhile gets the old file or the new one. */
export function keepKeys(dataDir: string, kind: KeyKind, list: string): void {
  const draft = join(dataDir, `keys.${process.pid}.json`);
  const changed = { ...keysOfFolder(dataDir), [kind]: list };
  writeFileSync(draft, JSON.stringify(changed, null, 2), { mode: 0o600 });
  renameSync(draft, join(dataDir, 'keys.json'));
}

/** Marks the folder as the demo's, so that the command line knows where its mails go. */
export function markDemoFolder(dataDir: string): void {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  writeFileSync(join(dataDir, 'demo'), '');
}

/** True for a folder that `npm run demo` has used. */
export function isDemoFolder(dataDir: string): boolean {
  return existsSync(join(dataDir, 'demo'));
}
