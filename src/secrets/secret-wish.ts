import { randomUUID } from 'node:crypto';
import type { Keys } from '../platform/keys/keys.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { Invalid } from '../platform/refusals.js';
import { dayText } from '../platform/words.js';
import { earliestLastDay, expiryOfLastDay, latestLastDay } from './expiry.js';
import type { Secret } from './secret.entity.js';
import { hintOf } from './value.js';

export interface SecretWish {
  name: string;
  /** The last day on which it works, YYYY-MM-DD in UTC. */
  lastDay: string;
}

/** A wish that keeps the rules. */
export interface CheckedWish {
  name: string;
  createdAt: Date;
  expiresAt: Date;
}

/** @throws Invalid with all problems of the form at once (S2, S3) */
export function checkedWish({ name, lastDay }: SecretWish, createdAt: Date): CheckedWish {
  const fields: Record<string, string> = {};
  const nameProblem = problemOfName(name);
  if (nameProblem) fields.name = nameProblem;
  const expiry = expiryOfLastDay(lastDay.trim(), createdAt);
  if ('problem' in expiry) {
    const first = dayText(earliestLastDay(createdAt));
    const last = dayText(latestLastDay(createdAt));
    fields.lastDay = {
      not_a_date: 'This is not a day of the calendar. Type it as YYYY-MM-DD.',
      too_early: `The last day can be ${first} at the earliest.`,
      too_late: `A secret lives for one year at most. The last day can be ${last} at the latest.`,
    }[expiry.problem];
  }
  if (Object.keys(fields).length > 0 || 'problem' in expiry) throw new Invalid(fields);
  return { name: cleanName(name), createdAt, expiresAt: expiry.expiresAt };
}

/** The row of a new secret: of its value only the hint and a keyed digest (S5, S7). */
export function newSecret(
  keys: Keys,
  owner: { applicationId: string } | { resourceId: string },
  wish: CheckedWish,
  createdBy: string,
  value: string,
): Secret {
  return {
    id: randomUUID(),
    applicationId: null,
    resourceId: null,
    ...owner,
    ...wish,
    hint: hintOf(value),
    ...keys.digest('secret', value),
    createdBy,
    disabledAt: null,
    disabledBy: null,
    deletedAt: null,
    deletedBy: null,
    firstUsedAt: null,
    lastUsedAt: null,
  };
}
