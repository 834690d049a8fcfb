import { t } from './language/speaking.js';
import { addDays, parseUtcDay, startOf } from './utc-day.js';

export interface InstantRange {
  /** From this instant on. */
  from?: Date;
  /** Before this one. */
  until?: Date;
}

/** The instants of two days that were typed, both included. A day that is none bounds nothing. */
export function rangeOfDays(first: string, last: string): InstantRange {
  const from = parseUtcDay(first);
  const to = parseUtcDay(last);
  // There is no day after this one.
  const bounded = to && to !== '9999-12-31';
  return { from: from && startOf(from), until: bounded ? startOf(addDays(to, 1)) : undefined };
}

export const notADay = () => t`This is not a day of the calendar. Choose one, such as 2027-01-31.`;

/** A sentence for a day that is none; nothing was typed is no mistake. */
export function dayError(text: string): string | undefined {
  return text && !parseUtcDay(text) ? notADay() : undefined;
}
