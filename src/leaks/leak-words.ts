import { t } from '../platform/language/speaking.js';
import { dayText } from '../platform/words.js';
import { utcDay } from '../platform/utc-day.js';

/** What a page knows of a leak; as JSON it has its instant as text. */
export interface LeakFacts<At = Date> {
  at: At;
  foundAt: string | null;
  /** The manager who said so. */
  by: string | null;
}

/** As SQL, of the secret in this row: JSON, or null without a leak. */
export const leakJson = (secret: string) => `
  (select json_build_object('at', l.reported_at, 'foundAt', l.found_at,
     'by', (select lu.name from users lu where lu.id = l.reported_by))
   from leaks l where l.secret_id = ${secret}.id)`;

export function leakDates(leak: LeakFacts<string | Date> | null): LeakFacts | null {
  return leak && { ...leak, at: new Date(leak.at) };
}

/** The sentence of the warning mark, until the secret is deleted. */
export function leakText({ at, foundAt, by }: LeakFacts): string {
  const day = dayText(utcDay(at));
  if (by !== null) return t`May have leaked, ${by} said on ${day}. Replace it now.`;
  return foundAt
    ? t`Leaked: found at ${foundAt} on ${day}. Replace it now.`
    : t`Leaked: found on ${day}. Replace it now.`;
}
