import { hash, verify } from '@node-rs/argon2';
import { availableParallelism } from 'node:os';
import { t } from '../platform/language/speaking.js';
import { TooMany } from '../platform/refusals.js';
import { Turns } from './turns.js';

// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/**
 * Half of the cores at most, so that a flood of sign-ins does not take the time of everything else;
 * and no more in line than are done in about three seconds.
 */
const turns = new Turns(Math.max(1, Math.floor(availableParallelism() / 2)), 100);
const inTurn = <T>(work: () => Promise<T>) =>
  turns.take(
    work,
    () => new TooMany(5, () => t`Too many people are signing in. Please try again.`),
  );

/** argon2id in PHC form (S7: people's passwords need a slow hash). */
export function hashPassword(password: string): Promise<string> {
  return inTurn(() => hash(password.normalize('NFC'), cost));
}

let decoy: Promise<string> | undefined;

/**
 * Judges a password. Without a hash (no such user, or not yet activated) a decoy is judged, so that
 * the answer takes as long as for a known user.
 */
export async function passwordFits(password: string, known: string | null): Promise<boolean> {
  // Not in turn: were the line full, the decoy would be lost for good.
  decoy ??= hash('a decoy that is never the answer', cost);
  const judged = known ?? (await decoy);
  const fits = await inTurn(() => verify(judged, password.normalize('NFC')));
  return fits && known !== null;
}
