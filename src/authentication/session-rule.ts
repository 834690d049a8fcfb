import type { SessionStage } from './authentication.entity.js';

export interface SessionTimes {
  createdAt: Date;
  seenAt: Date;
  factorAt: Date | null;
  stage: SessionStage;
}

/** Minutes. */
export interface SessionSettings {
  lockAfter: number;
  endAfter: number;
  endAtMost: number;
  stepUpWithin: number;
}

/** A sign-in that is not completed within this many minutes begins anew. */
const toComplete = 15;

/**
 * R10: open, locked by idleness (a code revives it), or over. Each limit counts as reached at its
 * very minute.
 */
export function standing(
  session: SessionTimes,
  now: Date,
  settings: SessionSettings,
): 'open' | 'locked' | 'over' {
  const age = minutes(session.createdAt, now);
  const idle = minutes(session.seenAt, now);
  if (session.stage !== 'full') {
    return idle >= toComplete || age >= 4 * toComplete ? 'over' : 'open';
  }
  if (age >= settings.endAtMost || idle >= settings.endAfter) return 'over';
  return idle >= settings.lockAfter ? 'locked' : 'open';
}

/** R9: was a second factor proved in this session, not longer ago than allowed? */
export function factorIsFresh(
  session: SessionTimes,
  now: Date,
  settings: SessionSettings,
): boolean {
  return session.factorAt !== null && minutes(session.factorAt, now) <= settings.stepUpWithin;
}

/** Was the password given not longer ago than a second factor may be? A session begins with it. */
export function passwordIsFresh(
  session: SessionTimes,
  now: Date,
  settings: SessionSettings,
): boolean {
  return minutes(session.createdAt, now) <= settings.stepUpWithin;
}

function minutes(from: Date, to: Date): number {
  return (to.getTime() - from.getTime()) / 60_000;
}
