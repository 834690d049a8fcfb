import type { Tx } from '../platform/database/tx.js';
import { networkOf } from '../platform/limits/network-of.js';

/** Milliseconds: 90 days. */
const remembered = 90 * 86_400_000;

/**
 * Whether somebody signs in from a network that they have not signed in from of late. The very first
 * sign-in is from nowhere new. Looks at the last things that they did, so that it costs little.
 */
export async function isNewPlace(
  tx: Tx,
  userId: string,
  address: string,
  now: Date,
): Promise<boolean> {
  const earlier = await tx.query<{ at: Date; address: string | null }[]>(
    `select at, address from (select at, address, action, outcome from audit_events
       where actor_id = $1 order by id desc limit 2000) as e
     where action = 'session.sign_in' and outcome = 'done'`,
    [userId],
  );
  const since = now.getTime() - remembered;
  const here = networkOf(address);
  return (
    earlier.length > 0 &&
    !earlier.some((each) => each.at.getTime() > since && networkOf(each.address ?? '') === here)
  );
}
