import { isSuperseded } from '../secrets/superseded.js';
import { heldFor } from './acknowledgement.js';
import type { Ending, Sibling } from './endings.query.js';
import { dueMilestone, isEarly, type Milestone } from './milestones.js';

export type Decision =
  | { milestone: Milestone; outcome: 'mail' }
  | { milestone: Milestone; outcome: 'superseded' }
  | { milestone: Milestone; outcome: 'no_recipient' };

const nothing: ReadonlySet<Milestone> = new Set();

/**
 * What is to be done about a secret at `now` (M2, M3, M6, M7).
 * @param sent milestones that went out to somebody; one that nobody got stays due
 */
export function decide(
  ending: Ending,
  now: Date,
  sent: ReadonlySet<Milestone>,
): Decision | undefined {
  const milestone = dueMilestone(ending, now, sent);
  if (!milestone) return undefined;
  const stopped = stopsAt(ending, milestone, now);
  if (ending.recipients.length > 0) return { milestone, outcome: stopped ? 'superseded' : 'mail' };
  return stopped ? undefined : { milestone, outcome: 'no_recipient' };
}

/** Why a planned reminder is not sent after all, in words for the ledger; undefined when it is. */
export function reasonAgainst(
  ending: Ending | undefined,
  { recipientId, milestone }: { recipientId: string; milestone: Milestone },
  now: Date,
): string | undefined {
  if (!ending) return 'not sent: deleted, switched off, or its application is disabled';
  if (!ending.recipients.some(({ id }) => id === recipientId))
    return 'not sent: the role has ended';
  if (dueMilestone(ending, now, nothing) !== milestone)
    return 'not sent: a nearer one took its place';
  if (stopsAt(ending, milestone, now)) return newerIsUsed;
  return heldFor(ending, { recipientId, milestone }, now);
}

export const newerIsUsed = 'not sent: a newer secret is in use';

/** M7: a newer secret that is in use instead of this one; the latest, when there are several. */
export function replacement(ending: Ending, now: Date): Sibling | undefined {
  return ending.siblings.find((sibling) => isSuperseded(ending, [sibling], now));
}

/** M7: a replaced secret has no daily mails; the others say that it can be deleted. */
function stopsAt(ending: Ending, milestone: Milestone, now: Date): boolean {
  const daily = !isEarly(milestone) && milestone !== 'expired';
  return daily && replacement(ending, now) !== undefined;
}
