import type { DataSource } from 'typeorm';
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
