import { type KeyObject, sign } from 'node:crypto';
import { wellSigned } from './well-signed.js';

/** The claims of an access token (RFC 9068, T3). Times in seconds since 1970. */
export interface Claims {
  iss: string;
  aud: string;
  sub: string;
  client_id: string;
  iat: number;
  exp: number;
  jti: string;
  scope: string;
  /** Which secret it was bought with, and whose it is. */
  secret_id: string;
  organisation_id: string;
}

const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** A signed JWT of the type `at+jwt`, ES256 (RFC 7515, 7518, 9068). */
export function signToken(claims: Claims, kid: string, key: KeyObject): string {
  return signed(`${headOf(kid, key)}.${encode(claims)}`, key);
}

/** Any other JWT of ours, with a head that says what it is. */
export function signedJwt(
  head: { alg: 'ES256'; typ: string; kid: string },
  claims: object,
  key: KeyObject,
): string {
  return signed(`${encode(head)}.${encode(claims)}`, key);
}

function signed(input: string, key: KeyObject): string {
  const signature = sign('sha256', Buffer.from(input, 'latin1'), {
    key,
    dsaEncoding: 'ieee-p1363',
  });
  return `${input}.${signature.toString('base64url')}`;
}

/** The same for all tokens of a key. */
const heads = new WeakMap<KeyObject, string>();

function headOf(kid: string, key: KeyObject): string {
  const known = heads.get(key) ?? encode({ alg: 'ES256', typ: 'at+jwt', kid });
  heads.set(key, known);
  return known;
}

/**
 * Reads a token of ours.
 * @param isIssuer whether the token may name this issuer
 * @param keyOf finds a public key of ours by its id; keys from the token itself are never used
 * @returns `undefined` for anything that is not a well-signed access token of this issuer
 */
export async function readToken(
  token: string,
  isIssuer: (issuer: unknown) => boolean,
  keyOf: (kid: string) => Promise<KeyObject | undefined>,
): Promise<Claims | undefined> {
  const [head, body] = token.split('.', 2);
  const kid = head && kidIn(head);
  const key = kid && (await keyOf(kid));
  if (!key || !wellSigned(token, key)) return undefined;
  kidsIn.set(head, kid);
  const claims = decode(body!) as Claims | undefined;
  return claims && isIssuer(claims.iss) ? claims : undefined;
}

/** By the heads of tokens that were well signed: one for each key of ours. */
const kidsIn = new Map<string, string>();

function kidIn(head: string): string | undefined {
  const known = kidsIn.get(head);
  if (known) return known;
  const header = decode(head) as { alg?: unknown; typ?: unknown; kid?: unknown } | undefined;
  const isOurs = header?.alg === 'ES256' && header.typ === 'at+jwt';
  return isOurs && typeof header.kid === 'string' ? header.kid : undefined;
}

function decode(part: string): unknown {
  try {
    return JSON.parse(Buffer.from(part, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
