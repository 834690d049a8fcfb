import type { Actor } from '../audit/audit.service.js';
import type { Tx } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Conflict } from '../platform/refusals.js';

/**
 * Holds the IT staff while somebody loses a role or an account (C6). Such changes go one after the
 * other: of two people in IT who dismiss each other at once, the second has lost the role by then
 * and is refused. To be called before any other row is locked.
 * @param leaver whoever is in IT no longer afterwards, if they were at all
 * @throws Conflict when the actor has lost the IT role meanwhile, or nobody would be left in IT
 */
export async function holdIt(
  tx: Tx,
  actor: Actor,
  now: Date,
  leaver: string | null,
): Promise<void> {
  // Rows that change while this waits are judged anew, and drop out.
  const rows = await tx.query<{ id: string }[]>(
    `select u.id from users u join role_assignments r on r.user_id = u.id
     where r.role = 'it' and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $1)
       and u.closed_at is null
     order by u.id for no key update`,
    [now],
  );
  const staff = rows.map(({ id }) => id);
  if (actor.id !== null && !staff.includes(actor.id)) {
    throw new Conflict(() => t`Your own IT role has ended meanwhile. Nothing was changed.`);
  }
  if (leaver && staff.includes(leaver) && staff.length === 1) {
    throw new Conflict(() => t`Nobody would be left in IT. Nothing was changed.`);
  }
}
