import { language, perLanguage, plural, t } from '../platform/language/speaking.js';
import { daysBetween, mondayOf, utcDay, type UtcDay } from '../platform/utc-day.js';
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
const barHeight = 60;
/** So many in one week are worth a warning. */
const several = 2;
const warningsAtMost = 3;

/** The next twelve months as a picture of weeks and as a list; nothing when nothing ends (issue 6). */
export function timeLine(found: EndingWeek[], now: Date): TimeLine | undefined {
  if (found.length === 0) return undefined;
  const today = utcDay(now);
  const first = mondayOf(today);
  return {
    ...(found.some(({ secrets }) => secrets) ? dotsOf(found) : barsOf(found)),
    width: weeks * weekWidth,
    label: labelOf(found),
    today: (daysBetween(first, today) / 7) * weekWidth,
    months: monthsFrom(first),
    weeks: found.map((week) => ({
      x: xOf(week, first),
      ...(week.secrets ? dotsIn(week) : barIn(week, found)),
      tone: toneOf(daysBetween(today, week.monday)),
      title: titleOf(week),
    })),
    list: found.map((week) => ({ week: dayMoment(week.monday), ...namesIn(week) })),
  };
}

function labelOf(found: EndingWeek[]): string {
  const total = number(found.reduce((sum, { count }) => sum + count, 0));
  const monday = dayText(found[0]!.monday);
  return found.some(({ more }) => more)
    ? t`More than ${total} in the next 12 months, the first in the week of ${monday}. The list below says the same.`
    : t`${total} in the next 12 months, the first in the week of ${monday}. The list below says the same.`;
}

function xOf({ monday }: EndingWeek, first: UtcDay): number {
  return (Math.min(weeks - 1, daysBetween(first, monday) / 7) + 0.5) * weekWidth;
}

/* Few secrets: each is a dot. */

function dotsOf(found: EndingWeek[]) {
  const highest = Math.max(2, ...found.map(({ count }) => Math.min(count, dotsAtMost)));
  return {
    top: Math.max(0, ground - 24 - step * highest),
    warnings: found
      .filter(({ count }) => count >= several)
      .slice(0, warningsAtMost)
      .map(sentenceOf),
  };
}

function dotsIn({ count }: EndingWeek): Pick<TimeLine['weeks'][number], 'dots' | 'more'> {
  return {
    dots: Array.from({ length: Math.min(count, dotsAtMost) }, (_, at) => ground - 10 - at * step),
    more:
      count > dotsAtMost
        ? { y: ground - 10 - dotsAtMost * step, text: numberText(count) }
        : undefined,
  };
}

/* Many that are only counted: each week is a bar, and the fullest one is named. */

function barsOf(found: EndingWeek[]) {
  return {
    top: 0,
    warnings: [],
    notes: [fullestText(fullestOf(found)), t`Secrets that are replaced already count too.`],
  };
}

function barIn(week: EndingWeek, found: EndingWeek[]): Pick<TimeLine['weeks'][number], 'bar'> {
  const height = Math.max(2, Math.round((barHeight * week.count) / fullestOf(found).count));
  return { bar: { y: ground - height, height } };
}

function fullestText({ monday, count, more }: EndingWeek): string {
  const counted = `${numberText(count)}${more ? '+' : ''}`;
  return t`Most secrets end in the week of ${dayText(monday)}: ${counted}.`;
}

function fullestOf(found: EndingWeek[]): EndingWeek {
  return found.reduce((one, other) => (other.count > one.count ? other : one));
}

function sentenceOf(week: EndingWeek): string {
  return t`${number(week.count)} in the week of ${dayText(week.monday)}.`;
}

function titleOf(week: EndingWeek): string {
  const [count, monday] = [number(week.count), dayText(week.monday)];
  return week.more ? t`Week of ${monday}: more than ${count}` : t`Week of ${monday}: ${count}`;
}

function namesIn(week: EndingWeek): Omit<TimeLine['list'][number], 'week'> {
  const { count, secrets } = week;
  if (!secrets)
    return { secrets: [], more: week.more ? t`more than ${number(count)}` : number(count) };
  return {
    secrets: secrets.map(({ id, name, applicationId, application, lastDay }) => ({
      name,
      href: secretHref(applicationId, id),
      application,
      lastDay: dayMoment(lastDay),
    })),
    more: count > secrets.length ? t`and ${count - secrets.length} more` : undefined,
  };
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
