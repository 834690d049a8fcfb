import { createPublicKey, type KeyObject } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';

/**
 * The public keys of GitHub's secret scanning by their identifiers, from a file as
 * https://api.github.com/meta/public_keys/secret_scanning gives it.
 * @throws Error for a file without a key, or with one that is not on P-256
 */
export function gitHubKeys(file: string): Map<string, KeyObject> {
  if (statSync(file).size > 1_000_000) throw new Error('too large');
  const { public_keys: list } = JSON.parse(readFileSync(file, 'utf8')) as {
    public_keys: { key_identifier: unknown; key: unknown }[];
  };
  const keys = new Map(list.map((each) => [identifierOf(each), keyOf(each)]));
  if (keys.size === 0) throw new Error('no key');
  return keys;
}

function identifierOf({ key_identifier: id }: { key_identifier: unknown }): string {
  if (typeof id !== 'string' || !/^[\w-]{8,128}$/.test(id)) throw new Error('no identifier');
  return id;
}

function keyOf({ key: pem }: { key: unknown }): KeyObject {
  if (typeof pem !== 'string' || pem.includes('PRIVATE')) throw new Error('no public key');
  const key = createPublicKey(pem);
  if (key.asymmetricKeyDetails?.namedCurve !== 'prime256v1') throw new Error('not on P-256');
  return key;
}
