import { hash, type KeyObject, verify } from 'node:crypto';

/** Per key; the oldest are forgotten first. An entry takes about a hundred bytes. */
const rememberedAtMost = 10_000;
const remembered = new WeakMap<KeyObject, Set<string>>();

/**
 * Is this token's ES256 signature by this key? A verification is the most expensive part of an
 * introspection, and its result never changes, so the digests of tokens that were found well signed
 * are kept. Whether a token is still good is another question, asked in the database at every call.
 * @param token as it came, with all three parts
 */
export function wellSigned(token: string, key: KeyObject): boolean {
  const digest = hash('sha256', token, 'base64');
  const known = remembered.get(key) ?? new Set();
  if (known.has(digest)) return true;
  const dot = token.lastIndexOf('.');
  const signature = Buffer.from(token.slice(dot + 1), 'base64url');
  const input = Buffer.from(token.slice(0, dot));
  const good =
    signature.length === 64 &&
    verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature);
  if (!good) return false;
  if (known.size >= rememberedAtMost) known.delete(known.values().next().value!);
  remembered.set(key, known.add(digest));
  return true;
}
