import { randomBytes, timingSafeEqual } from 'node:crypto';
import type { Keys } from '../platform/keys/keys.js';

const shape = /^([\w-]{22})\.([\w-]{43})$/;

/**
 * What a browser keeps after a complete sign-in. It opens nothing: wrong passwords from this browser
 * are counted for themselves, so that a stranger who guesses elsewhere does not lock the owner out.
 * @param email as it is stored, in small letters
 */
export function newDevice(keys: Keys, email: string): string {
  const id = randomBytes(16).toString('base64url');
  return `${id}.${keys.digest('device', `${id} ${email}`).digest.toString('base64url')}`;
}

/** @returns the browser's own number, or `undefined` for one in which this account never signed in */
export function deviceOf(keys: Keys, email: string, cookie: string | undefined) {
  const [, id, seal] = shape.exec(cookie ?? '') ?? [];
  if (!id || !seal) return undefined;
  const given = Buffer.from(seal, 'base64url');
  const known = keys
    .digests('device', `${id} ${email}`)
    .some((digest) => digest.length === given.length && timingSafeEqual(digest, given));
  return known ? id : undefined;
}
