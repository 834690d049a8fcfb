import { countryName } from '../organisations/country.js';
import { dayOff, type WorkCalendar, workingDayBefore } from '../organisations/working-day.js';
import { plural, t } from '../platform/language/speaking.js';
import type { Field } from '../platform/web/form.js';
import { addDays, daysBetween, utcDay, type UtcDay } from '../platform/utc-day.js';
import { dayText, timeText } from '../platform/words.js';
import type { Expected } from '../reminders/forecast.js';
import { isEarly } from '../reminders/milestones.js';
import { earliestLastDay, expiryOfLastDay, lastDay, latestLastDay } from '../secrets/expiry.js';
import type { ApplicationLink, DayOffWarning, LastDayWords, SecretNewPage } from './models.js';

/** What decides about the words beside the date. */
export interface LastDayFacts {
  /** ISO 3166-1 code. */
  country: string;
  calendar: WorkCalendar;
  /** The mails about a secret that is created now and has this end. */
  mailsOf: (expiresAt: Date) => Expected[];
}

/** The form of a new secret, with what the chosen day means in words (S2, S3, M1). */
export function secretNewPage(
  application: ApplicationLink,
  { name, lastDay }: { name: Field; lastDay: Field },
  facts: LastDayFacts,
  now: Date,
): SecretNewPage {
  const today = utcDay(now);
  const max = latestLastDay(now);
  const preset = (label: string, day: UtcDay) => ({ label, day: workingDay(day, facts, now) });
  return {
    application,
    name,
    lastDay,
    min: earliestLastDay(now),
    max,
    ...lastDayWords(lastDay.value, facts, now),
    formHref: `${application.href}/secrets/new`,
    presets: [
      ...[30, 90, 180].map((days) => preset(t`${days} days`, addDays(today, days))),
      preset(t`1 year`, max),
    ],
  };
}

/** What a form begins with: a full year, but for a last day on which somebody is there. */
export function suggestedLastDay(facts: Pick<LastDayFacts, 'calendar'>, now: Date): UtcDay {
  return workingDay(latestLastDay(now), facts, now);
}

/** The day itself, or the working day before it. */
function workingDay(day: UtcDay, { calendar }: Pick<LastDayFacts, 'calendar'>, now: Date): UtcDay {
  if (!dayOff(day, calendar)) return day;
  return workingDayBefore(day, earliestLastDay(now), calendar) ?? day;
}

/** The chosen day in words: the end, the mails, and whether anybody is there to act. */
export function lastDayWords(chosen: string, facts: LastDayFacts, now: Date): LastDayWords {
  const expiry = expiryOfLastDay(chosen, now);
  if ('problem' in expiry) {
    const [first, last] = [dayText(earliestLastDay(now)), dayText(latestLastDay(now))];
    return { endsText: t`Choose a day from ${first} to ${last}.`, mailsText: '' };
  }
  const { expiresAt } = expiry;
  return {
    endsText: endsText(expiresAt, utcDay(now), now),
    mailsText: mailsText(facts.mailsOf(expiresAt)),
    dayOff: dayOffOf(chosen, facts, now),
  };
}

function endsText(expiresAt: Date, today: UtcDay, now: Date): string {
  const last = lastDay(expiresAt);
  const days = daysBetween(today, last);
  const midnight = expiresAt.getTime() % 86_400_000 === 0;
  // A day lasts until midnight; only a full year ends at the minute of its creation (S3).
  const until = midnight ? '24:00 UTC' : t`about ${timeText(now)}`;
  return plural(
    days,
    t`Its last day is ${dayText(last)}, in ${days} day, until ${until}.`,
    t`Its last day is ${dayText(last)}, in ${days} days, until ${until}.`,
  );
}

/** The days on which people will be mailed. */
function mailsText(mails: Expected[]): string {
  if (mails.length === 0) return t`No reminder mails: there is nobody to be mailed.`;
  const early = mails.filter(({ milestone }) => isEarly(milestone)).map(({ day }) => dayText(day));
  const week = mails.filter(({ milestone }) => !isEarly(milestone) && milestone !== 'expired');
  const [first, last] = [week[0], week.at(-1)].map((each) => each && dayText(each.day));
  const daily = first && (first === last ? first : t`daily from ${first} to ${last ?? first}`);
  const end = mails.find(({ milestone }) => milestone === 'expired');
  const after = end && t`after the end on ${dayText(end.day)}`;
  return t`Reminder mails: ${[...early, daily, after].filter(Boolean).join('; ')}.`;
}

/** The warning about a chosen last day, where it is one that can be chosen. */
export function dayOffOf(
  chosen: string,
  { country, calendar }: Pick<LastDayFacts, 'country' | 'calendar'>,
  now: Date,
): DayOffWarning | undefined {
  const expiry = expiryOfLastDay(chosen, now);
  if ('problem' in expiry) return undefined;
  const day = lastDay(expiry.expiresAt);
  const off = dayOff(day, calendar);
  if (!off) return undefined;
  const before = workingDayBefore(day, earliestLastDay(now), calendar);
  return {
    day,
    text:
      off.kind === 'weekend'
        ? t`The last day falls on a weekend, when perhaps nobody is there to act.`
        : t`The last day is a public holiday (${countryName(country)}: ${off.name}), when perhaps nobody is there to act.`,
    instead: before && { day: before, label: t`Use ${dayText(before)}, the working day before` },
  };
}
