import { hash, type KeyObject, verify } from 'node:crypto';

/** Per key; the oldest are forgotten first. An entry takes about a hundred bytes. */
const rememberedAtMost = 10_000;
const remembered = new WeakMap<KeyObject, Set<string>>();

/** Three parts in base64url without padding, with nothing around them: each token has one spelling. */
const spelling = /^[\w-]+\.[\w-]+\.([\w-]+)$/;

/**
 * Is this token's ES256 signature by this key? A verification is the most expensive part of an
 * introspection, and its result never changes, so the digests of tokens that were found well signed
 * are kept. Whether a token is still good is another question, asked in the database at every call.
 * @param token as it came
 */
export function wellSigned(token: string, key: KeyObject): boolean {
  const digest = hash('sha256', token, 'base64');
  const known = remembered.get(key) ?? new Set();
  if (known.has(digest)) return true;
  if (!isSignedBy(key, token)) return false;
  if (known.size >= rememberedAtMost) known.delete(known.values().next().value!);
  remembered.set(key, known.add(digest));
  return true;
}

function isSignedBy(key: KeyObject, token: string): boolean {
  const spelt = spelling.exec(token)?.[1] ?? '';
  const signature = Buffer.from(spelt, 'base64url');
  // Its last character may hold bits that no byte takes: with others there it is the same signature.
  if (signature.length !== 64 || signature.toString('base64url') !== spelt) return false;
  const input = Buffer.from(token.slice(0, -spelt.length - 1), 'latin1');
  return verify('sha256', input, { key, dsaEncoding: 'ieee-p1363' }, signature);
}
