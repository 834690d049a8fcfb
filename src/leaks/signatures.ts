import { createHmac, type KeyObject, timingSafeEqual, verify } from 'node:crypto';

type Headers = Record<string, string | string[] | undefined>;

/** What signatures are checked with; at least one of them. */
export interface ReportKeys {
  /** Of GitHub, by their identifiers. */
  github: ReadonlyMap<string, KeyObject>;
  /** Shared with scanners of one's own. */
  shared: string | undefined;
}

/** How far the clock of a scanner may be off, and how long a report can be sent again. */
export const replayWindow = 5 * 60_000;

/** Who has signed these very bytes; nobody whom we know: undefined. */
export function signerOf(
  headers: Headers,
  body: Buffer,
  { github, shared }: ReportKeys,
  now: Date,
): 'github' | 'scanner' | undefined {
  if (isGitHubs(headers, body, github)) return 'github';
  if (shared !== undefined && isShared(headers, body, shared, now)) return 'scanner';
  return undefined;
}

/** ECDSA on P-256 with SHA-256, in DER and base64, over the body as it came. */
function isGitHubs(headers: Headers, body: Buffer, keys: ReportKeys['github']): boolean {
  const key = keys.get(one(headers['github-public-key-identifier']));
  const signature = one(headers['github-public-key-signature']);
  if (!key || !/^[A-Za-z0-9+/]{16,200}={0,2}$/.test(signature)) return false;
  return verify('sha256', body, key, Buffer.from(signature, 'base64'));
}

/** HMAC-SHA-256 in hexadecimal over the seconds since 1970, a dot and the body. */
function isShared(headers: Headers, body: Buffer, key: string, now: Date): boolean {
  const seconds = one(headers['keyturn-timestamp']);
  const given = /^v1=([0-9a-f]{64})$/.exec(one(headers['keyturn-signature']))?.[1];
  if (!given || !/^\d{1,12}$/.test(seconds)) return false;
  if (Math.abs(Number(seconds) * 1000 - now.getTime()) > replayWindow) return false;
  const right = createHmac('sha256', key).update(`${seconds}.`).update(body).digest();
  return timingSafeEqual(right, Buffer.from(given, 'hex'));
}

function one(header: string | string[] | undefined): string {
  return typeof header === 'string' ? header : '';
}
