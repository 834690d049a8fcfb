import { utcDay } from '../platform/utc-day.js';
import { listed } from '../platform/language/speaking.js';
import { dayText, distanceText, endText, instantText } from '../platform/words.js';
import { lastDay } from '../secrets/expiry.js';
import { type Rotation, rotationSteps } from '../secrets/rotation.js';
import { isLive } from '../secrets/state.js';
import { silentHours } from '../secrets/superseded.js';
import type { ApplicationRow, GoneRecord } from './credentials.query.js';
import type { RotationPanel } from './models.js';
import { someone } from './people.page.js';
import { number } from './secret-action.page.js';

export type Told = Rotation<GoneRecord>;
type Step = RotationPanel['steps'][number];

/** The four steps as they are told when nothing is to be done. */
export const inGeneral: Pick<Step, 'title' | 'text'>[] = [
  {
    title: 'Create a new one',
    text: 'The old one keeps working. Both are valid side by side.',
  },
  {
    title: 'Put it into your systems',
    text: 'Into every system that uses this application. Never share it outside your organisation.',
  },
  {
    title: 'Check that it is used',
    text: 'Watch “last used” here: the new one moves, the old one stands still.',
  },
  { title: 'Delete the old one', text: 'Its mails stop, and nobody can use it any more.' },
];

/** The four steps with what is known of each. */
export function steps(told: Told, row: ApplicationRow, now: Date): Step[] {
  const at = told.next ? rotationSteps.indexOf(told.next) : rotationSteps.length;
  const { old, replacement } = told;
  const done = [
    at > 0,
    at > 1,
    at > 2 || (at > 0 && old !== undefined && !isLive(old, now)),
    old !== undefined && old.deletedAt !== null,
  ];
  const texts = [
    createText(told, now),
    replacement && useText(told),
    old && replacement && at > 0 ? silenceText(told, row, now) : undefined,
    old && deleteText(told, at, now),
  ];
  return inGeneral.map(({ title, text }, index) => ({
    title,
    text: texts[index] ?? text,
    state: index === at ? 'now' : done[index] ? 'done' : 'later',
  }));
}

function createText({ next, old, replacement }: Told, now: Date): string {
  if (replacement) {
    return `${named(replacement)} was created on ${instantText(replacement.createdAt)} by ${someone(replacement.createdBy).name}.`;
  }
  if (!old) return 'This application has no secret, so it cannot connect.';
  if (next === 'delete') return 'Not needed for this one: another secret works.';
  if (old.disabledAt && old.expiresAt > now)
    return `${named(old)} is switched off, and no other secret works.`;
  const last = lastDay(old.expiresAt);
  const when = distanceText(last, utcDay(now));
  if (old.expiresAt <= now) return `${named(old)} ended ${when}, and no other secret works.`;
  return `${named(old)} ends ${when}, on ${dayText(last)}.`;
}

function useText({ replacement, old }: Told): string {
  const { firstUsedAt, lastUsedAt } = replacement!;
  if (!lastUsedAt) {
    return `${named(replacement!)} was not used yet. ${old ? `Put it into every system that uses ${named(old)}.` : 'Put it into every system that uses this application.'}`;
  }
  const since = firstUsedAt ? `is in use since ${instantText(firstUsedAt)} and ` : '';
  return `${named(replacement!)} ${since}was last used on ${instantText(lastUsedAt)}.`;
}

function silenceText({ next, old, replacement }: Told, row: ApplicationRow, now: Date): string {
  const { lastUsedAt, disabledAt, expiresAt, deletedAt } = old!;
  if (next === 'silence') {
    const { from = [], addresses = 0, count = 0 } = old!.recent ?? {};
    const often = count > 0 ? `, ${number(count, 'time')} in the last 7 days` : '';
    const others = addresses - from.length;
    const where = [
      ...from,
      ...(others > 0 ? [number(others, 'other address', 'other addresses')] : []),
    ];
    const places = where.length > 0 ? `, from ${listed(where)}` : '';
    return (
      `${named(old!)} was last used on ${instantText(lastUsedAt!)}${often}${places}. ` +
      `Put ${named(replacement!)} there as well. It counts as silent after ${silentHours} hours without a use. ` +
      (row.mayManage ? 'If the two are for different systems, create one more for this one.' : '')
    ).trim();
  }
  if (next === 'use' && isLive(old!, now)) return inGeneral[2]!.text;
  if (deletedAt === null && disabledAt !== null)
    return `${named(old!)} is switched off since ${instantText(disabledAt)}.`;
  if (expiresAt <= now && deletedAt === null)
    return `${named(old!)} ended on ${endText(expiresAt)}.`;
  return lastUsedAt
    ? `${named(old!)} is silent since ${instantText(lastUsedAt)}.`
    : `${named(old!)} was never used.`;
}

function deleteText({ old }: Told, at: number, now: Date): string | undefined {
  if (old!.deletedAt) {
    return `${named(old!)} was deleted on ${instantText(old!.deletedAt)} by ${someone(old!.deletedBy).name}.`;
  }
  if (at < 3) return undefined;
  if (!isLive(old!, now)) return `${named(old!)} does not work any more, and need not be kept.`;
  return 'Delete it when you know of nothing that needs it. Nobody can use it again.';
}

/** A name can come again once its secret is deleted; the first characters tell which one is meant. */
function named({ name, hint }: GoneRecord): string {
  return `“${name}” (${hint}…)`;
}
