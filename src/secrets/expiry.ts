import {
  addCalendarYear,
  addDays,
  daysBetween,
  parseUtcDay,
  startOf,
  utcDay,
  type UtcDay,
} from '../platform/utc-day.js';

export type ExpiryProblem = 'not_a_date' | 'too_early' | 'too_late';

/** Tomorrow: the first day that can be a secret's last one (S3). */
export function earliestLastDay(createdAt: Date): UtcDay {
  return addDays(utcDay(createdAt), 1);
}

/** The anniversary of the creation, clamped in leap years (S3). */
export function latestLastDay(createdAt: Date): UtcDay {
  return utcDay(addCalendarYear(createdAt));
}

/**
 * S3: a chosen last day becomes the instant min(00:00 UTC of the day after, creation + one calendar
 * year). The end is exclusive.
 * @param day as typed, YYYY-MM-DD
 */
export function expiryOfLastDay(
  day: string,
  createdAt: Date,
): { expiresAt: Date } | { problem: ExpiryProblem } {
  const last = parseUtcDay(day);
  if (!last) return { problem: 'not_a_date' };
  if (last < earliestLastDay(createdAt)) return { problem: 'too_early' };
  if (last > latestLastDay(createdAt)) return { problem: 'too_late' };
  const midnight = startOf(addDays(last, 1));
  const limit = addCalendarYear(createdAt);
  return { expiresAt: midnight < limit ? midnight : limit };
}

/** The last day on which it works: the UTC date of the millisecond before the end. */
export function lastDay(expiresAt: Date): UtcDay {
  return utcDay(new Date(expiresAt.getTime() - 1));
}

/** Last day minus today, in days; 0 on the last day, negative afterwards. */
export function daysLeft(expiresAt: Date, today: UtcDay): number {
  return daysBetween(today, lastDay(expiresAt));
}
