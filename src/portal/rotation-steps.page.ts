import { listed, plural, t } from '../platform/language/speaking.js';
import { utcDay } from '../platform/utc-day.js';
import { dayText, distanceText, endText, instantText, numberText } from '../platform/words.js';
import { lastDay } from '../secrets/expiry.js';
import { type Rotation, rotationSteps } from '../secrets/rotation.js';
import { isLive } from '../secrets/state.js';
import { silentHours } from '../secrets/superseded.js';
import type { ApplicationRow, GoneRecord } from './credentials.query.js';
import type { RotationPanel } from './models.js';
import { someone } from './people.page.js';
import { oftenText } from './secret-action.page.js';

export type Told = Rotation<GoneRecord>;
type Step = RotationPanel['steps'][number];

/** The four steps as they are told when nothing is to be done. */
export const inGeneral = (): Pick<Step, 'title' | 'text'>[] => [
  {
    title: t`Create a new one`,
    text: t`The old one keeps working. Both are valid side by side.`,
  },
  {
    title: t`Put it into your systems`,
    text: t`Into every system that uses this application. Never share it outside your organisation.`,
  },
  {
    title: t`Check that it is used`,
    text: watch(),
  },
  { title: t`Delete the old one`, text: t`Its mails stop, and nobody can use it any more.` },
];

const watch = () => t`Watch “last used” here: the new one moves, the old one stands still.`;

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
  return inGeneral().map(({ title, text }, index) => ({
    title,
    text: texts[index] ?? text,
    state: index === at ? 'now' : done[index] ? 'done' : 'later',
  }));
}

function createText({ next, old, replacement }: Told, now: Date): string {
  if (replacement) {
    return t`${named(replacement)} was created on ${instantText(replacement.createdAt)} by ${someone(replacement.createdBy).name}.`;
  }
  if (!old) return t`This application has no secret, so it cannot connect.`;
  if (next === 'delete') return t`Not needed for this one: another secret works.`;
  if (old.disabledAt && old.expiresAt > now)
    return t`${named(old)} is switched off, and no other secret works.`;
  const last = lastDay(old.expiresAt);
  const when = distanceText(last, utcDay(now));
  if (old.expiresAt <= now) return t`${named(old)} ended ${when}, and no other secret works.`;
  return t`${named(old)} ends ${when}, on ${dayText(last)}.`;
}

function useText({ replacement, old }: Told): string {
  const { firstUsedAt, lastUsedAt } = replacement!;
  if (!lastUsedAt) {
    return old
      ? t`${named(replacement!)} was not used yet. Put it into every system that uses ${named(old)}.`
      : t`${named(replacement!)} was not used yet. Put it into every system that uses this application.`;
  }
  return firstUsedAt
    ? t`${named(replacement!)} is in use since ${instantText(firstUsedAt)} and was last used on ${instantText(lastUsedAt)}.`
    : t`${named(replacement!)} was last used on ${instantText(lastUsedAt)}.`;
}

function silenceText({ next, old, replacement }: Told, row: ApplicationRow, now: Date): string {
  const { lastUsedAt, disabledAt, expiresAt, deletedAt } = old!;
  if (next === 'silence') {
    return [
      t`${named(old!)} was last used on ${lastUse(old!)}.`,
      t`Put ${named(replacement!)} there as well. It counts as silent after ${silentHours} hours without a use.`,
      ...(row.mayManage
        ? [t`If the two are for different systems, create one more for this one.`]
        : []),
    ].join(' ');
  }
  if (next === 'use' && isLive(old!, now)) return watch();
  if (deletedAt === null && disabledAt !== null)
    return t`${named(old!)} is switched off since ${instantText(disabledAt)}.`;
  if (expiresAt <= now && deletedAt === null)
    return t`${named(old!)} ended on ${endText(expiresAt)}.`;
  return lastUsedAt
    ? t`${named(old!)} is silent since ${instantText(lastUsedAt)}.`
    : t`${named(old!)} was never used.`;
}

/** When, how often and from where. */
function lastUse({ lastUsedAt, recent }: GoneRecord): string {
  const { from = [], addresses = 0, count = 0 } = recent ?? {};
  const others = addresses - from.length;
  const number = numberText(others);
  const more = plural(others, t`${number} other address`, t`${number} other addresses`);
  const where = listed(others > 0 ? [...from, more] : from);
  return [
    instantText(lastUsedAt!),
    ...(count > 0 ? [oftenText(count)] : []),
    ...(where ? [t`from ${where}`] : []),
  ].join(', ');
}

function deleteText({ old }: Told, at: number, now: Date): string | undefined {
  if (old!.deletedAt) {
    return t`${named(old!)} was deleted on ${instantText(old!.deletedAt)} by ${someone(old!.deletedBy).name}.`;
  }
  if (at < 3) return undefined;
  if (!isLive(old!, now)) return t`${named(old!)} does not work any more, and need not be kept.`;
  return t`Delete it when you know of nothing that needs it. Nobody can use it again.`;
}

/** A name can come again once its secret is deleted; the first characters tell which one is meant. */
function named({ name, hint }: GoneRecord): string {
  return t`“${name}” (${hint}…)`;
}
