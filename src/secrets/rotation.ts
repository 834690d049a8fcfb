import { addDays, daysBetween, type UtcDay, utcDay } from '../platform/utc-day.js';
import { daysLeft, lastDay } from './expiry.js';
import { isLive } from './state.js';
import { isSuperseded, silentHours, type Usage } from './superseded.js';

/** S4: create a new one, put it into use, see the old one fall silent, delete the old one. */
export const rotationSteps = ['create', 'use', 'silence', 'delete'] as const;
export type RotationStep = (typeof rotationSteps)[number];

export interface Rotation<S> {
  /** The step that is to be taken now; absent when nothing is. */
  next?: RotationStep;
  /** The secret that is replaced; absent for the first one of an application. */
  old?: S;
  /** The one that replaces it. */
  replacement?: S;
  /** How many more secrets wait for a step of their own. */
  more: number;
}

/** Replacing begins with the first mail (M1). Days left. */
const dueFrom = 42;
/** Of two that are both used for longer than this, the newer one is no replacement. Days. */
const steadyAfter = 14;
/** For how long a finished rotation is worth showing. Days. */
const finishedFor = 30;

/**
 * Where the rotation of an application's secrets stands (S4, S13), told from creations and uses alone:
 * which system a secret is for is nowhere written down. A newer secret replaces one old one; the old one
 * that ends first comes first, those that do not work any more come last.
 * @param secrets all undeleted ones, and those that were deleted last
 */
export function rotationOf<S extends Usage>(secrets: readonly S[], now: Date): Rotation<S> {
  const present = secrets.filter(({ deletedAt }) => deletedAt === null);
  const live = present.filter((each) => isLive(each, now));
  const waiting = pairs(present, live, now).flatMap(({ old, replacement }) => {
    const next = nextOf(old, replacement, live, now);
    return next ? [{ next, old, replacement }] : [];
  });
  const [first, ...others] = waiting;
  if (first) return { ...first, more: others.length };
  if (live.length === 0) return { next: 'create', more: 0 };
  const unused = live.find(({ lastUsedAt }) => lastUsedAt === null);
  if (unused) return { next: 'use', replacement: unused, old: lastGone(secrets, unused), more: 0 };
  return { ...finished(secrets, live, now), more: 0 };
}

/** When the next replacing will begin; absent where nothing ends. */
export function nextRotation<S extends Usage>(
  secrets: readonly S[],
  now: Date,
): { secret: S; day: UtcDay } | undefined {
  const [secret] = secrets.filter((each) => isLive(each, now)).sort(byEnd);
  return secret && { secret, day: addDays(lastDay(secret.expiresAt), -dueFrom) };
}

interface Pair<S> {
  old: S;
  replacement?: S;
}

/** Each old one with what replaces it; a newer one that has silenced an old one is for no other. */
function pairs<S extends Usage>(present: readonly S[], live: readonly S[], now: Date): Pair<S>[] {
  const works = (each: S) => Number(isLive(each, now));
  const olds = [...present].sort((a, b) => works(b) - works(a) || byEnd(a, b));
  const newestFirst = [...live].sort(byCreation);
  const silencers = new Map(
    olds.map((old) => [old, newestFirst.find((other) => isSuperseded(old, [other], now))]),
  );
  const taken = new Set(olds.filter(wasUsed).map((old) => silencers.get(old)));
  return olds.map((old) => {
    const silencer = silencers.get(old);
    if (silencer) return { old, replacement: silencer };
    // No system has what was never used, so none needs another one instead.
    if (isLive(old, now) && !wasUsed(old)) return { old };
    const replacement = newestFirst
      .filter((other) => !taken.has(other) && isNewer(other, old) && isMeantFor(other, old, now))
      .sort((a, b) => Number(wasUsed(b)) - Number(wasUsed(a)))[0];
    taken.add(replacement);
    return { old, replacement };
  });
}

function nextOf<S extends Usage>(
  old: S,
  replacement: S | undefined,
  live: readonly S[],
  now: Date,
): RotationStep | undefined {
  const works = isLive(old, now);
  if (replacement?.lastUsedAt === null) return 'use';
  if (replacement) return !works || isSilent(old, now) ? 'delete' : 'silence';
  if (works) return isDue(old, now) ? 'create' : undefined;
  return live.length === 0 ? 'create' : 'delete';
}

/**
 * Mails stop as soon as a newer one is used (M7), and come again when the old one is. Deleting cannot be
 * taken back, so a system that calls once a day gets the time to show itself.
 */
function isSilent({ lastUsedAt }: Usage, now: Date): boolean {
  return lastUsedAt === null || now.getTime() - lastUsedAt.getTime() >= silentHours * 3_600_000;
}

/** Not used yet, lately taken into use, or made when the old one had to be replaced. */
function isMeantFor(other: Usage, old: Usage, now: Date): boolean {
  if (other.lastUsedAt === null) return true;
  const since = other.firstUsedAt ?? other.createdAt;
  if (daysBetween(utcDay(since), utcDay(now)) < steadyAfter) return true;
  return daysLeft(old.expiresAt, utcDay(other.createdAt)) <= dueFrom;
}

function isNewer(other: Usage, old: Usage): boolean {
  return other.createdAt > old.createdAt && other.expiresAt > old.expiresAt;
}

function isDue({ expiresAt }: Usage, now: Date): boolean {
  return daysLeft(expiresAt, utcDay(now)) <= dueFrom;
}

/** The old one was deleted a while ago and a newer one is in use. */
function finished<S extends Usage>(
  secrets: readonly S[],
  live: readonly S[],
  now: Date,
): Pick<Rotation<S>, 'old' | 'replacement'> {
  for (const replacement of [...live].sort((a, b) => byEnd(b, a))) {
    const old = lastGone(secrets, replacement);
    const since = old?.deletedAt && daysBetween(utcDay(old.deletedAt), utcDay(now));
    if (old && typeof since === 'number' && since <= finishedFor) return { old, replacement };
  }
  return {};
}

/** The one deleted last of those that this one could have replaced. */
function lastGone<S extends Usage>(secrets: readonly S[], replacement: S): S | undefined {
  return secrets
    .filter((each) => each.deletedAt !== null && each.deletedAt > replacement.createdAt)
    .filter((each) => isNewer(replacement, each))
    .sort((a, b) => b.deletedAt!.getTime() - a.deletedAt!.getTime())[0];
}

function byEnd(a: Usage, b: Usage): number {
  return a.expiresAt.getTime() - b.expiresAt.getTime();
}

function byCreation(a: Usage, b: Usage): number {
  return b.createdAt.getTime() - a.createdAt.getTime();
}

function wasUsed({ lastUsedAt }: Usage): boolean {
  return lastUsedAt !== null;
}
