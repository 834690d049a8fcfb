import { addDays, utcDay, type UtcDay } from '../platform/utc-day.js';
import { daysLeft, lastDay } from '../secrets/expiry.js';

/** Days left, or the mail after the end (M1). In the order in which they come. */
export const milestones = ['42', '21', '7', '6', '5', '4', '3', '2', '1', '0', 'expired'] as const;
export type Milestone = (typeof milestones)[number];

export interface Lifetime {
  createdAt: Date;
  expiresAt: Date;
}

/**
 * M1–M3: the one milestone that is due at `now` and not done yet: the tightest that has come. Those
 * on or before the creation day count as done, and a daily mail that was missed is not caught up. The
 * mail that it has expired is due from the end on, also on the last day and after any outage.
 * @param done milestones that have been mailed about
 */
export function dueMilestone(
  { createdAt, expiresAt }: Lifetime,
  now: Date,
  done: ReadonlySet<Milestone>,
): Milestone | undefined {
  const today = utcDay(now);
  const created = utcDay(createdAt);
  if (today <= created) return undefined;
  const tightest = tightestOf(expiresAt, today, now);
  if (!tightest || done.has(tightest)) return undefined;
  // A wider one that was never sent is dropped: only the tightest is looked at (M2).
  return tightest === 'expired' || milestoneDay(tightest, expiresAt) > created
    ? tightest
    : undefined;
}

function tightestOf(expiresAt: Date, today: UtcDay, now: Date): Milestone | undefined {
  if (now >= expiresAt) return 'expired';
  const left = daysLeft(expiresAt, today);
  if (left > 42) return undefined;
  if (left > 21) return '42';
  if (left > 7) return '21';
  return String(left) as Milestone;
}

/** The UTC day on which a milestone comes; the one of `expired` is the day of the (exclusive) end. */
export function milestoneDay(milestone: Milestone, expiresAt: Date): UtcDay {
  return milestone === 'expired'
    ? utcDay(expiresAt)
    : addDays(lastDay(expiresAt), -Number(milestone));
}

/** A milestone in words. */
export function label(milestone: Milestone): string {
  if (milestone === '42') return 'six weeks before';
  if (milestone === '21') return 'three weeks before';
  if (milestone === '0') return 'on the last day';
  if (milestone === 'expired') return 'after its end';
  return milestone === '1' ? '1 day before' : `${milestone} days before`;
}
