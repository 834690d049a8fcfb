import { hash, verify } from '@node-rs/argon2';

// OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane.
const cost = { memoryCost: 19_456, timeCost: 2, parallelism: 1 };

/** argon2id in PHC form (S7: people's passwords need a slow hash). */
export function hashPassword(password: string): Promise<string> {
  return hash(password.normalize('NFC'), cost);
}

let decoy: Promise<string> | undefined;

/**
 * Judges a password. Without a hash (no such user, or not yet activated) a decoy is judged, so that
 * the answer takes as long as for a known user.
 */
export async function passwordFits(password: string, known: string | null): Promise<boolean> {
  decoy ??= hashPassword('a decoy that is never the answer');
  const fits = await verify(known ?? (await decoy), password.normalize('NFC'));
  return fits && known !== null;
}
