import { plural, t } from '../platform/language/speaking.js';
import { addDays, daysBetween, type UtcDay } from '../platform/utc-day.js';
import { dayMoment, dayText, numberText } from '../platform/words.js';
import { callsSeenAfter } from '../usage/usage.service.js';
import { applicationHref } from './hrefs.js';
import type { UsagePage } from './models.js';
import type { DayOfCalls, FoundUsage } from './usage.query.js';

/** What can be chosen, in days up to today. */
export const periods = [30, 90, 365] as const;
export type Period = (typeof periods)[number];

/** Geometry of the picture, in its own units. */
const width = 1060;
const ground = 120;
const highest = 100;

export function usagePage(
  applicationId: string,
  { name, days, routes }: FoundUsage,
  period: Period,
  today: UtcDay,
  most: number,
): UsagePage {
  const here = `${applicationHref(applicationId)}/usage`;
  const total = routes.reduce((sum, { count }) => sum + count, 0);
  return {
    application: { name, href: applicationHref(applicationId) },
    choices: periods.map((each) => ({
      text: each === 365 ? t`1 year` : t`${each} days`,
      href: `${here}?days=${each}`,
      current: each === period,
    })),
    total: calls(total),
    delay: t`Calls are seen here after ${callsSeenAfter / 1000} seconds at the latest.`,
    limit: t`An application is answered ${numberText(most)} times a minute at most; then it is told how long to wait.`,
    chart: days.length > 0 ? chart(days, period, today) : undefined,
    routes: routes.map((each) => ({
      host: each.gone ? t`${each.host} (deleted)` : each.host,
      environment: each.environment === 'live' ? t`Live` : t`Test`,
      route: `/api/${each.route}`,
      count: numberText(each.count),
      share: `${Math.round((100 * each.count) / total)} %`,
    })),
  };
}

function chart(days: DayOfCalls[], period: Period, today: UtcDay): UsagePage['chart'] {
  const first = addDays(today, 1 - period);
  const step = width / period;
  const top = days.reduce((one, other) => (sum(other) > sum(one) ? other : one));
  const scaled = (count: number) =>
    count === 0 ? 0 : Math.max(2, Math.round((highest * count) / sum(top)));
  return {
    width,
    height: ground + 24,
    ground,
    label: t`Calls of each day, most on ${dayText(top.day)}: ${numberText(sum(top))}. The list below says the same.`,
    bars: days.map((day) => {
      const [live, test] = [scaled(day.live), scaled(day.test)];
      return {
        x: round(daysBetween(first, day.day) * step + step * 0.1),
        width: round(step * 0.8),
        live: { y: ground - live, height: live },
        test: { y: ground - live - test, height: test },
        title: `${dayText(day.day)}: ${calls(sum(day))}`,
      };
    }),
    marks: [
      { x: 0, text: dayText(first), end: false },
      { x: width, text: dayText(today), end: true },
    ],
    list: days.toReversed().map((day) => ({
      day: dayMoment(day.day),
      live: numberText(day.live),
      test: numberText(day.test),
    })),
  };
}

const sum = ({ live, test }: DayOfCalls) => live + test;
const round = (value: number) => Math.round(value * 10) / 10;

function calls(count: number): string {
  return plural(count, t`${numberText(count)} call`, t`${numberText(count)} calls`);
}
