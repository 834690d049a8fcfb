import { plural, t } from '../platform/language/speaking.js';
import { addDays, startOf, utcDay, type UtcDay } from '../platform/utc-day.js';
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

/**
 * The tightest milestone at `now` when nothing can come of it any more: it went out, or it came on or
 * before the creation day. The mail that it has expired is due however late.
 */
export function settledMilestone(
  { createdAt, expiresAt }: Lifetime,
  now: Date,
  done: ReadonlySet<Milestone>,
): Milestone | undefined {
  const tightest = tightestOf(expiresAt, utcDay(now), now);
  if (!tightest || done.has(tightest)) return tightest;
  const passed = tightest !== 'expired' && milestoneDay(tightest, expiresAt) <= utcDay(createdAt);
  return passed ? tightest : undefined;
}

function tightestOf(expiresAt: Date, today: UtcDay, now: Date): Milestone | undefined {
  if (now >= expiresAt) return 'expired';
  const left = daysLeft(expiresAt, today);
  if (left > 42) return undefined;
  if (left > 21) return '42';
  if (left > 7) return '21';
  return String(left) as Milestone;
}

/** Ends that have the same tightest milestone at an instant. */
export interface Stretch {
  milestone: Milestone;
  /** Ends after this one; from the beginning of time when absent. */
  after?: Date;
  /** Up to and with this one. */
  until: Date;
}

/**
 * Where the secrets lie that something can be due for at `now`, the nearest end first. A sieve for the
 * database, no rule: what comes through it is judged by `dueMilestone`.
 */
export function stretches(now: Date): Stretch[] {
  const today = utcDay(now);
  const inDays = (days: number) => startOf(addDays(today, days));
  const daily = (['0', '1', '2', '3', '4', '5', '6', '7'] as const).map((milestone): Stretch => {
    const left = Number(milestone);
    return { milestone, after: left === 0 ? now : inDays(left), until: inDays(left + 1) };
  });
  return [
    ...daily,
    { milestone: '21', after: inDays(8), until: inDays(22) },
    { milestone: '42', after: inDays(22), until: inDays(43) },
    { milestone: 'expired', until: now },
  ];
}

/** The mails before the last week: people can hold them, and the use of a newer secret does not stop them. */
export function isEarly(milestone: Milestone): boolean {
  return milestone === '42' || milestone === '21';
}

/** The UTC day on which a milestone comes; the one of `expired` is the day of the (exclusive) end. */
export function milestoneDay(milestone: Milestone, expiresAt: Date): UtcDay {
  return milestone === 'expired'
    ? utcDay(expiresAt)
    : addDays(lastDay(expiresAt), -Number(milestone));
}

/** A milestone in words. */
export function label(milestone: Milestone): string {
  if (milestone === '42') return t`six weeks before`;
  if (milestone === '21') return t`three weeks before`;
  if (milestone === '0') return t`on the last day`;
  if (milestone === 'expired') return t`after its end`;
  const days = Number(milestone);
  return plural(days, t`${days} day before`, t`${days} days before`);
}
