import { IsNull } from 'typeorm';
import type { Tx } from '../platform/database/tx.js';
import { Invitation, User } from './user.entity.js';

/**
 * The account, held until the transaction ends; undefined when it is closed. Whatever changes an
 * account's invitations, password, factor or sessions takes the account first: then no two of them
 * wait for one another, and the second one judges what the first has left.
 */
export async function holdAccount(tx: Tx, userId: string): Promise<User | undefined> {
  const user = await tx.findOne(User, {
    where: { id: userId, closedAt: IsNull() },
    // Rows that merely point to the account are written meanwhile.
    lock: { mode: 'for_no_key_update' },
  });
  return user ?? undefined;
}

/** Makes every open invitation of a person void. @returns how many there were */
export async function revokeInvitations(tx: Tx, userId: string, now: Date): Promise<number> {
  const open = { userId, usedAt: IsNull(), revokedAt: IsNull() };
  const { affected } = await tx.update(Invitation, open, { revokedAt: now });
  return affected ?? 0;
}

/**
 * Undoes what was done with an earlier link of somebody who has not completed the first sign-in:
 * whoever had that link can neither go on nor sign in with the password they chose (R2).
 */
export async function undoFirstSignIn(tx: Tx, userId: string): Promise<void> {
  await tx.update(User, { id: userId }, { passwordHash: null });
  for (const table of ['totp_factors', 'recovery_codes', 'sessions', 'passkeys']) {
    await tx.query(`delete from ${table} where user_id = $1`, [userId]);
  }
}
