import { DataSource } from 'typeorm';
import type { Config } from '../platform/config/config.js';
import { keepKeys, type KeyKind } from '../platform/config/key-file.js';
import { rotated, withoutKey } from '../platform/config/key-rotation.js';
import { isKeptInFolder, keysOf, loadConfig } from '../platform/config/load.js';
import { SystemClock } from '../platform/clock.js';
import { countKeyNeeds, type KeyNeed } from '../platform/keys/kept.js';
import type { Keyring } from '../platform/keys/keyring.js';
import { Rewrapping } from '../platform/keys/rewrap.service.js';
import { command, print } from './command.js';
import { ProgressBar } from './progress-bar.js';
import { withFeatures } from './with-features.js';

/** What is typed for each list of keys. */
const kinds: Record<string, KeyKind> = {
  hash: 'HASH_KEYS',
  session: 'SESSION_KEYS',
  encryption: 'ENCRYPTION_KEYS',
};

/** @throws RangeError for another word */
function kindOf(word: string): KeyKind {
  const kind = kinds[word];
  if (kind) return kind;
  throw new RangeError(`${word}: choose signing, ${Object.keys(kinds).join(', ')}.`);
}

/** One step of the rotation of the service's own keys (docs/keys.md). */
export function rotateOwn(word: string): number {
  const kind = kindOf(word);
  const config = loadConfig('command');
  const { list, number, step } = rotated(config[kind]);
  keep(config, kind, list);
  console.error(
    step === 'announced'
      ? `Key ${number} of ${kind} is announced. Restart every instance with it, then run this again: it becomes the current one.`
      : `Key ${number} of ${kind} is the current one from the next start. Restart every instance.`,
  );
  return 0;
}

export const keysRemove = command(
  {
    name: 'keys remove',
    summary: 'Takes an old key of the service away, when nothing needs it any more.',
    places: ['<hash|encryption|session>', '<number>'],
    options: {},
    details: `
The new list of keys is kept in DATA_DIR, or printed where the environment has it.

Exit status: 0 when it is taken away, 1 while something needs it.`,
  },
  (_, [word, number]) => {
    const kind = kindOf(word!);
    const config = loadConfig('command');
    const list = withoutKey(config[kind], Number(number));
    return withFeatures(new SystemClock(), async (app) => {
      const needs = await countKeyNeeds(app.get(DataSource), new SystemClock().now());
      const left = needs.filter(
        (need) => need.kind === kind && [null, Number(number)].includes(need.number),
      );
      if (left.length > 0) {
        console.error(`Key ${number} of ${kind} is needed by ${textOf(left)}.`);
        return 1;
      }
      keep(config, kind, list);
      console.error(`Key ${number} of ${kind} is taken away from the next start.`);
      return 0;
    });
  },
);

export const keysRewrap = command(
  {
    name: 'keys rewrap',
    summary: 'Seals everything anew under the current encryption key.',
    options: {},
    details: `
The service does it by itself within some minutes of its start; this does it now, and shows how far it is.`,
  },
  () =>
    withFeatures(new SystemClock(), async (app) => {
      const rewrapping = app.get(Rewrapping);
      const due = await rewrapping.left();
      const bar = new ProgressBar(process.stderr, 'rows');
      const done = await rewrapping.run((sent) => {
        if (process.stderr.isTTY) bar.show({ due, sent, failed: 0, skipped: 0 });
      });
      bar.end();
      return print(`${done} of ${due} rows are sealed under the current key.`);
    }),
);

/** Lines of `keys list` about the service's own keys. */
export async function ownKeys(dataSource: DataSource): Promise<OwnKey[]> {
  const config = loadConfig('command');
  const keys = keysOf(config);
  const needs = await countKeyNeeds(dataSource, new SystemClock().now());
  const lines = (word: string, { all, current }: Keyring) => {
    const kind = kindOf(word);
    return all.map(({ number }): OwnKey => ({
      kind,
      word,
      number,
      current: number === current.number,
      needs: needs.filter((need) => need.kind === kind && need.number === number),
    }));
  };
  return [
    ...lines('hash', keys.hash),
    ...lines('session', keys.session),
    ...lines('encryption', keys.encryption),
  ];
}

export interface OwnKey {
  kind: KeyKind;
  /** What is typed for it. */
  word: string;
  number: number;
  current: boolean;
  needs: KeyNeed[];
}

/** For example `12 secrets, 3 recovery_codes`. */
export function textOf(needs: KeyNeed[]): string {
  return needs.map(({ count, table }) => `${count} ${table}`).join(', ') || 'nothing';
}

/** In the data folder, or printed alone on a line for whoever keeps the environment. */
function keep(config: Config, kind: KeyKind, list: string): void {
  if (isKeptInFolder(config, kind)) keepKeys(config.DATA_DIR, kind, list);
  else print(`${kind}=${list}`);
}
