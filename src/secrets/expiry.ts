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

export type Expiry = { expiresAt: Date } | { problem: ExpiryProblem };

/** Tomorrow: the first day that can be a secret's last one (S3). */
export function earliestLastDay(createdAt: Date): UtcDay {
  return addDays(utcDay(createdAt), 1);
}

/** The anniversary of the creation, clamped back after 29 February (S3). */
export function latestLastDay(createdAt: Date): UtcDay {
  return utcDay(addCalendarYear(createdAt));
}

/**
 * S3: a chosen last day becomes the instant min(00:00 UTC of the day after, creation + one calendar
 * year). The end is exclusive. Its last day is the chosen one, but for one millisecond of the day: a
 * year that begins at 00:00:00.000 is over when the anniversary begins.
 * @param day as typed, YYYY-MM-DD
 */
export function expiryOfLastDay(day: string, createdAt: Date): Expiry {
  const last = parseUtcDay(day);
  if (!last) return { problem: 'not_a_date' };
  if (last < earliestLastDay(createdAt)) return { problem: 'too_early' };
  if (last > latestLastDay(createdAt)) return { problem: 'too_late' };
  const midnight = startOf(addDays(last, 1));
  const limit = addCalendarYear(createdAt);
  return { expiresAt: midnight < limit ? midnight : limit };
}

/**
 * S3: an exact instant, as the API takes it, within the same limits: the last day is tomorrow at the
 * earliest, the instant one calendar year after the creation at the latest.
 */
export function expiryOfInstant(instant: Date, createdAt: Date): Expiry {
  if (Number.isNaN(instant.getTime())) return { problem: 'not_a_date' };
  if (instant <= startOf(earliestLastDay(createdAt))) return { problem: 'too_early' };
  return instant > addCalendarYear(createdAt) ? { problem: 'too_late' } : { expiresAt: instant };
}

/** The last day on which it works: the UTC date of the millisecond before the end. */
export function lastDay(expiresAt: Date): UtcDay {
  return utcDay(new Date(expiresAt.getTime() - 1));
}

/** Last day minus today, in days; 0 on the last day, negative afterwards. */
export function daysLeft(expiresAt: Date, today: UtcDay): number {
  return daysBetween(today, lastDay(expiresAt));
}
