import { language, perLanguage, plural, t } from '../platform/language/speaking.js';
import { addDays, daysBetween, startOf, utcDay, type UtcDay } from '../platform/utc-day.js';
import { dayMoment, dayText, numberText } from '../platform/words.js';
import { secretHref } from './hrefs.js';
import type { TimeLine } from './models.js';
import type { EndingWeek } from './time-line.query.js';

/** Geometry of the picture, in its own units. */
const weekWidth = 20;
const weeks = 53;
const ground = 84;
const step = 13;
/** More in one week are a number above the dots. */
const dotsAtMost = 5;
/** So many in one week are worth a warning. */
const several = 2;
const warningsAtMost = 3;

/** The next twelve months as a picture of weeks and as a list; nothing when nothing ends (issue 6). */
export function timeLine(found: EndingWeek[], now: Date): TimeLine | undefined {
  if (found.length === 0) return undefined;
  const today = utcDay(now);
  const first = mondayOf(today);
  const place = (monday: UtcDay) => Math.min(weeks - 1, daysBetween(first, monday) / 7);
  const total = found.reduce((sum, { count }) => sum + count, 0);
  return {
    width: weeks * weekWidth,
    top: Math.max(
      0,
      ground - 24 - step * Math.max(2, ...found.map(({ count }) => Math.min(count, dotsAtMost))),
    ),
    label: t`${number(total)} in the next 12 months, the first in the week of ${dayText(found[0]!.monday)}. The list below says the same.`,
    today: (daysBetween(first, today) / 7) * weekWidth,
    months: monthsFrom(first),
    weeks: found.map(({ monday, count }) => ({
      x: (place(monday) + 0.5) * weekWidth,
      dots: Array.from({ length: Math.min(count, dotsAtMost) }, (_, at) => ground - 10 - at * step),
      tone: toneOf(daysBetween(today, monday)),
      title: t`Week of ${dayText(monday)}: ${number(count)}`,
      more:
        count > dotsAtMost
          ? { y: ground - 10 - dotsAtMost * step, text: numberText(count) }
          : undefined,
    })),
    warnings: found
      .filter(({ count }) => count >= several)
      .slice(0, warningsAtMost)
      .map(({ monday, count }) => t`${number(count)} in the week of ${dayText(monday)}.`),
    list: found.map(({ monday, count, secrets }) => ({
      week: dayMoment(monday),
      secrets: secrets.map(({ id, name, applicationId, application, lastDay }) => ({
        name,
        href: secretHref(applicationId, id),
        application,
        lastDay: dayMoment(lastDay),
      })),
      more: count > secrets.length ? t`and ${count - secrets.length} more` : undefined,
    })),
  };
}

function mondayOf(day: UtcDay): UtcDay {
  return addDays(day, -((startOf(day).getUTCDay() + 6) % 7));
}

function toneOf(days: number): 'bad' | 'warn' | 'calm' {
  if (days <= 7) return 'bad';
  return days <= 31 ? 'warn' : 'calm';
}

const monthNames = perLanguage(
  (tag) => new Intl.DateTimeFormat(tag, { month: 'short', timeZone: 'UTC' }),
);

/** Where each month begins that has room for its name. */
function monthsFrom(first: UtcDay): TimeLine['months'] {
  const [year, month] = first.split('-').map(Number) as [number, number];
  return Array.from({ length: 13 }, (_, at) => new Date(Date.UTC(year, month - 1 + at, 1)))
    .map((start, at) => ({
      x: Math.max(0, (daysBetween(first, utcDay(start)) / 7) * weekWidth),
      text:
        monthNames(language()).format(start) +
        (at === 0 || start.getUTCMonth() === 0 ? ` ${start.getUTCFullYear()}` : ''),
    }))
    .filter(({ x }, at, all) => x < (weeks - 2) * weekWidth && (at > 0 || (all[1]?.x ?? 0) > 60));
}

function number(count: number): string {
  return plural(count, t`${numberText(count)} secret ends`, t`${numberText(count)} secrets end`);
}
