import type { JsonWebKey } from 'node:crypto';

/** Since when a key signs; it does so until the next one begins. */
export interface Turn {
  kid: string;
  signsFrom: Date;
}

/** The longest life of a token (T3), in milliseconds. */
export const longestToken = 3_600_000;

/**
 * How long the next key is published before it signs: twice the longest token, so that everybody who
 * looks once an hour knows it in time.
 */
export const publishedBefore = 2 * longestToken;

/** How long a key signs, when nobody rotates by hand. */
export const signsFor = 30 * 86_400_000;

export type KeyState = 'next' | 'signing' | 'published' | 'ended';

/**
 * What each key does now (T7). An old one stays published until its last token has ended.
 * @param turns the oldest first
 */
export function keyStates<T extends Turn>(turns: readonly T[], now: Date): [T, KeyState][] {
  const signing = turns.findLastIndex(({ signsFrom }) => signsFrom <= now);
  return turns.map((turn, at) => {
    if (at === signing) return [turn, 'signing'];
    if (at > signing) return [turn, 'next'];
    const lastSigned = turns[at + 1]!.signsFrom.getTime();
    return [turn, now.getTime() < lastSigned + longestToken ? 'published' : 'ended'];
  });
}

/** Is it time to make the next key? */
export function nextIsDue(newest: Turn | undefined, now: Date): boolean {
  return !newest || newest.signsFrom.getTime() + signsFor - publishedBefore <= now.getTime();
}

/** When the key after the newest one is made, and when it signs, if nobody rotates by hand. */
export function nextRotation({ signsFrom }: Turn): { published: Date; signs: Date } {
  const signs = new Date(signsFrom.getTime() + signsFor);
  return { signs, published: new Date(signs.getTime() - publishedBefore) };
}

/** A public key as a JWKS shows it (RFC 7517). */
export type PublicJwk = JsonWebKey & { kid: string };
