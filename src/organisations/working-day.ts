import type { Language } from '../platform/language/languages.js';
import { language } from '../platform/language/speaking.js';
import { addDays, startOf, type UtcDay } from '../platform/utc-day.js';

/** Names of the public holidays of a country, by day, in each language. */
export type PublicHolidays = ReadonlyMap<UtcDay, Readonly<Record<Language, string>>>;

export interface WorkCalendar {
  /** Days of the week on which few people work, 1 = Monday to 7 = Sunday. */
  weekend: readonly number[];
  holidays: PublicHolidays;
}

export type DayOff = { kind: 'weekend' } | { kind: 'holiday'; name: string };

/** Why few people work on this day; a holiday says more than a weekend. */
export function dayOff(day: UtcDay, { weekend, holidays }: WorkCalendar): DayOff | undefined {
  const names = holidays.get(day);
  if (names) return { kind: 'holiday', name: names[language()] };
  const weekday = startOf(day).getUTCDay() || 7;
  return weekend.includes(weekday) ? { kind: 'weekend' } : undefined;
}

/** The nearest working day before a day, not before `earliest`. */
export function workingDayBefore(
  day: UtcDay,
  earliest: UtcDay,
  calendar: WorkCalendar,
): UtcDay | undefined {
  for (let each = day; each > earliest;) {
    each = addDays(each, -1);
    if (!dayOff(each, calendar)) return each;
  }
  return undefined;
}
