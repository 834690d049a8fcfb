import { language, perLanguage, t } from './language/speaking.js';
import { daysBetween, type UtcDay, utcDay } from './utc-day.js';

const dayFormats = perLanguage(
  (tag) =>
    new Intl.DateTimeFormat(tag, {
      weekday: 'short',
      day: 'numeric',
      month: 'long',
      year: 'numeric',
      timeZone: 'UTC',
    }),
);
const timeFormat = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** A UTC day in words, e.g. `Thu 3 June 2027`. */
export function dayText(day: UtcDay): string {
  const text = dayFormats(language()).format(new Date(`${day}T00:00:00Z`));
  if (language() === 'en') return text.replace(',', '');
  // Intl writes the first day of a month as any other.
  return language() === 'fr' ? text.replace(/(?<!\d)1(?= \p{L})/u, '1er') : text;
}

/** An instant in words, e.g. `Thu 3 June 2027, 07:00 UTC`. */
export function instantText(instant: Date): string {
  return `${dayText(utcDay(instant))}, ${timeText(instant)}`;
}

/** The time of day in words, e.g. `07:00 UTC`. */
export function timeText(instant: Date): string {
  return `${timeFormat.format(instant)} UTC`;
}

const numberFormats = perLanguage((tag) => new Intl.NumberFormat(tag));

/** A number as the language groups its digits, e.g. `12,345`. */
export function numberText(number: number): string {
  return numberFormats(language()).format(number);
}

/** How far a day lies from today, e.g. `today`, `in 12 days`, `3 days ago`. */
export function distanceText(day: UtcDay, today: UtcDay): string {
  const days = daysBetween(today, day);
  if (days === 0) return t`today`;
  if (days === 1) return t`tomorrow`;
  if (days === -1) return t`yesterday`;
  return days > 0 ? t`in ${days} days` : t`${-days} days ago`;
}

/** For a `<time>` element: the machine's form beside the reader's. */
export interface Moment {
  iso: string;
  text: string;
}

export function momentOf(instant: Date): Moment {
  return { iso: instant.toISOString(), text: instantText(instant) };
}

export function dayMoment(day: UtcDay): Moment {
  return { iso: day, text: dayText(day) };
}

/**
 * The exclusive end of a secret in words: the last day and its midnight, `Thu 3 June 2027, 24:00 UTC`,
 * so that the day read is the last day on which it works; any other time of day as it is.
 */
export function endText(end: Date): string {
  const before = new Date(end.getTime() - 1);
  const midnight = end.getTime() % 86_400_000 === 0;
  return midnight ? `${dayText(utcDay(before))}, 24:00 UTC` : instantText(end);
}
