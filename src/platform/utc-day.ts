/** A UTC calendar day, `YYYY-MM-DD`. Such texts compare and sort like the days they name. */
export type UtcDay = string & { readonly utcDay: true };

const dayMs = 86_400_000;

/**
 * The UTC day that an instant lies in.
 * @throws RangeError for an invalid date and outside the years 0000 to 9999, where days would no
 * longer compare as texts
 */
export function utcDay(instant: Date): UtcDay {
  const text = instant.toISOString();
  if (text.length !== 24) throw new RangeError(`${text} is not in a year of four digits`);
  return text.slice(0, 10) as UtcDay;
}

/** A day as people type it: four-digit year, a real day of the calendar; anything else is `undefined`. */
export function parseUtcDay(text: string): UtcDay | undefined {
  // Neither people nor PostgreSQL know a year 0.
  if (!/^(?!0000)\d{4}-\d{2}-\d{2}$/.test(text)) return undefined;
  const start = new Date(`${text}T00:00:00Z`);
  // Date reads 30 February as 2 March; a real day comes back as it went in.
  return !Number.isNaN(start.getTime()) && utcDay(start) === text ? (text as UtcDay) : undefined;
}

/** 00:00 UTC of a day. */
export function startOf(day: UtcDay): Date {
  return new Date(`${day}T00:00:00Z`);
}

/** So many days later, or earlier for a negative number. @throws RangeError after 9999-12-31 */
export function addDays(day: UtcDay, days: number): UtcDay {
  return utcDay(new Date(startOf(day).getTime() + days * dayMs));
}

/** The Monday of its week. */
export function mondayOf(day: UtcDay): UtcDay {
  return addDays(day, -((startOf(day).getUTCDay() + 6) % 7));
}

/** Days from one day to another; negative when `to` lies before. */
export function daysBetween(from: UtcDay, to: UtcDay): number {
  return Math.round((startOf(to).getTime() - startOf(from).getTime()) / dayMs);
}

/** The same time of day so many calendar months later, clamped back to the month's last day. */
export function addCalendarMonths(instant: Date, months: number): Date {
  const moved = new Date(instant);
  moved.setUTCDate(1);
  moved.setUTCMonth(moved.getUTCMonth() + months);
  const lastOfMonth = new Date(moved);
  lastOfMonth.setUTCMonth(moved.getUTCMonth() + 1, 0);
  moved.setUTCDate(Math.min(instant.getUTCDate(), lastOfMonth.getUTCDate()));
  return moved;
}

/** One calendar year later, clamped: 29 Feb 2028 becomes 28 Feb 2029 (S3). */
export function addCalendarYear(instant: Date): Date {
  return addCalendarMonths(instant, 12);
}
