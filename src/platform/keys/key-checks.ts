import type { DataSource } from 'typeorm';
import { countKeyNeeds, type KeyNeed } from './kept.js';
import { keyedDigest, keyFor, type Keyring } from './keyring.js';
import { KeyCheck } from './keys.entity.js';
import type { Keys } from './keys.js';

/**
 * Compares every configured key with the one the database was first written with, and remembers
 * keys that are new.
 * @throws Error that names the variable, when a key of a known number is another key
 */
export async function checkKeys(dataSource: DataSource, keys: Keys): Promise<void> {
  await check(dataSource, 'HASH_KEYS', keys.hash);
  await check(dataSource, 'ENCRYPTION_KEYS', keys.encryption);
}

/**
 * @throws Error that names the variable, when something needs a key that is not configured: secrets
 * would stop working, and nobody would know why
 */
export async function checkNothingIsLost(
  dataSource: DataSource,
  keys: Keys,
  now: Date,
): Promise<void> {
  const known: Record<KeyNeed['kind'], Keyring> = {
    HASH_KEYS: keys.hash,
    ENCRYPTION_KEYS: keys.encryption,
  };
  const lost = (await countKeyNeeds(dataSource, now)).filter(
    ({ kind, number }) =>
      number !== null && !known[kind].has(number) && !known[kind].isGivenUp(number),
  );
  if (lost.length === 0) return;
  const lines = lost.map(
    ({ kind, number, count, table }) => `${kind} lacks key number ${number}: ${count} ${table}`,
  );
  throw new Error(
    `${lines.join('; ')} need it. Put the key back at the end of the list (docs/keys.md says what to do when it is lost).`,
  );
}

async function check(dataSource: DataSource, kind: string, ring: Keyring): Promise<void> {
  const checks = dataSource.getRepository(KeyCheck);
  for (const { number, key } of ring.all) {
    const digest = keyedDigest(keyFor('check', key), kind);
    await checks
      .createQueryBuilder()
      .insert()
      .values({ kind, number, digest })
      .orIgnore()
      .execute();
    const known = await checks.findOneByOrFail({ kind, number });
    if (!known.digest.equals(digest)) {
      throw new Error(
        `${kind}: key number ${number} is not the key this database was written with; ` +
          'configure the original key, or give a new key a new number and put it first',
      );
    }
  }
}
