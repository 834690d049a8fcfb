import { randomBytes } from 'node:crypto';
import type { Tx } from '../platform/database/tx.js';

/** What the user is called outside, made when it is first needed. */
export async function subjectOf(tx: Tx, userId: string): Promise<string> {
  for (;;) {
    // Of two makers at once the second finds what the first has made; a number that is taken is tried anew.
    await tx.query('insert into subjects (sub, user_id) values ($1, $2) on conflict do nothing', [
      newSubject(),
      userId,
    ]);
    const rows = await tx.query<{ sub: string }[]>('select sub from subjects where user_id = $1', [
      userId,
    ]);
    if (rows[0]) return rows[0].sub;
  }
}

/** Random, from 1 to 2^53 - 1: the largest whole numbers that programs count with exactly. */
function newSubject(): string {
  const number = randomBytes(8).readBigUInt64BE() & (2n ** 53n - 1n);
  return String(number === 0n ? 1n : number);
}
