import { describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Keyring } from './keyring.js';
import { Keys } from './keys.js';

const one = { number: 1, key: randomBytes(32) };
const two = { number: 2, key: randomBytes(32) };
const ring = (...keys: [typeof one, ...(typeof one)[]]) => new Keyring(keys);
const before = new Keys(ring(one), ring(one), ring(one));
const after = new Keys(ring(two, one), ring(two), ring(two, one));

describe('sealing', () => {
  test('opens what it sealed, also after a newer key has come', () => {
    const sealed = before.seal('mails 1', 'a text');
    expect(before.open('mails 1', sealed)).toBe('a text');
    expect(after.open('mails 1', sealed)).toBe('a text');
    expect(after.seal('mails 1', 'a text').readUInt32BE()).toBe(2);
  });

  test('never seals the same text to the same bytes', () => {
    expect(before.seal('a', 'x')).not.toEqual(before.seal('a', 'x'));
  });

  test('does not open in another place, changed, or without the key', () => {
    const sealed = before.seal('mails 1', 'a text');
    expect(() => before.open('mails 2', sealed)).toThrow();
    const changed = Buffer.from(sealed);
    changed[changed.length - 1]! ^= 1;
    expect(() => before.open('mails 1', changed)).toThrow();
    const onlyTwo = new Keys(ring(two), ring(two), ring(two));
    expect(() => onlyTwo.open('mails 1', sealed)).toThrow('key number 1 is not configured');
  });
});

describe('digests', () => {
  test('are found under every configured key, the current one first', () => {
    const { digest, keyNumber } = before.digest('secret', 'value');
    expect(keyNumber).toBe(1);
    expect(after.digests('secret', 'value').some((each) => each.equals(digest))).toBe(true);
    expect(after.digest('secret', 'value').keyNumber).toBe(2);
  });

  test('of one purpose are not those of another', () => {
    const secret = before.digest('secret', 'value').digest;
    expect(before.digest('invitation', 'value').digest).not.toEqual(secret);
  });
});
