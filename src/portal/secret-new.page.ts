import type { Field } from '../platform/web/form.js';
import { addDays, daysBetween, utcDay, type UtcDay } from '../platform/utc-day.js';
import { dayText, timeText } from '../platform/words.js';
import { milestoneDay } from '../reminders/milestones.js';
import { earliestLastDay, expiryOfLastDay, lastDay, latestLastDay } from '../secrets/expiry.js';
import type { ApplicationLink, SecretNewPage } from './models.js';

/** The form of a new secret, with what the chosen day means in words (S2, S3, M1). */
export function secretNewPage(
  application: ApplicationLink,
  { name, lastDay }: { name: Field; lastDay: Field },
  now: Date,
): SecretNewPage {
  const today = utcDay(now);
  const max = latestLastDay(now);
  const chosen = expiryOfLastDay(lastDay.value, now);
  return {
    application,
    name,
    lastDay,
    min: earliestLastDay(now),
    max,
    today,
    maxUntil: untilText(max, now),
    endsText: 'expiresAt' in chosen ? endsText(chosen.expiresAt, today, now) : '',
    mailsText: 'expiresAt' in chosen ? mailsText(chosen.expiresAt, today) : '',
    presets: [
      { label: '30 days', day: addDays(today, 30) },
      { label: '90 days', day: addDays(today, 90) },
      { label: '180 days', day: addDays(today, 180) },
      { label: '1 year', day: max },
    ],
  };
}

function endsText(expiresAt: Date, today: UtcDay, now: Date): string {
  const last = lastDay(expiresAt);
  const days = daysBetween(today, last);
  const until = untilText(last, now);
  return `Its last day is ${dayText(last)}, in ${days} ${days === 1 ? 'day' : 'days'}, until ${until}.`;
}

/** A day lasts until midnight; only a full year ends at the minute of its creation (S3). */
function untilText(day: UtcDay, now: Date): string {
  const expiry = expiryOfLastDay(day, now);
  const midnight = 'expiresAt' in expiry && expiry.expiresAt.getTime() % 86_400_000 === 0;
  return midnight ? '24:00 UTC' : `about ${timeText(now)}`;
}

/** The days on which people will be reminded; those up to today do not count (M3). */
function mailsText(expiresAt: Date, today: UtcDay): string {
  const early = (['42', '21'] as const)
    .map((milestone) => milestoneDay(milestone, expiresAt))
    .filter((day) => day > today);
  const week = (['7', '6', '5', '4', '3', '2', '1', '0'] as const)
    .map((milestone) => milestoneDay(milestone, expiresAt))
    .filter((day) => day > today);
  const first = week[0];
  const last = week.at(-1);
  const daily =
    first &&
    last &&
    (first === last ? dayText(last) : `daily from ${dayText(first)} to ${dayText(last)}`);
  const after = `after the end on ${dayText(addDays(lastDay(expiresAt), 1))}`;
  return `Reminder mails: ${[...early.map(dayText), daily, after].filter(Boolean).join('; ')}.`;
}
