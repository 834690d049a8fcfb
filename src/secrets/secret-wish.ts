import { randomUUID } from 'node:crypto';
import type { Actor } from '../audit/audit.service.js';
import { notADay } from '../platform/day-range.js';
import type { Keys } from '../platform/keys/keys.js';
import { t, type Words } from '../platform/language/speaking.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { Invalid } from '../platform/refusals.js';
import { addCalendarYear } from '../platform/utc-day.js';
import { dayText } from '../platform/words.js';
import {
  earliestLastDay,
  type Expiry,
  type ExpiryProblem,
  expiryOfInstant,
  expiryOfLastDay,
  latestLastDay,
} from './expiry.js';
import type { Secret } from './secret.entity.js';
import { hintOf } from './value.js';

export interface SecretWish {
  /** Absent: `Standard Key`, numbered when that is taken (S2). */
  name?: string;
  /** The last day on which it works, YYYY-MM-DD in UTC. */
  lastDay?: string;
  /** Its exact end instead. With neither it lives as long as it may (S3). */
  expiresAt?: Date;
}

/** A wish that keeps the rules. */
export interface CheckedWish {
  name: string | undefined;
  createdAt: Date;
  expiresAt: Date;
}

/** @throws Invalid with all problems of the form at once (S2, S3) */
export function checkedWish(wish: SecretWish, createdAt: Date): CheckedWish {
  const { name } = wish;
  const fields: Record<string, Words> = {};
  const nameProblem = name === undefined ? undefined : problemOfName(name);
  if (nameProblem) fields.name = nameProblem;
  const expiry = expiryOf(wish, createdAt);
  if ('problem' in expiry) {
    const field = wish.expiresAt ? 'expiresAt' : 'lastDay';
    fields[field] = () => expiryText(expiry.problem, wish, createdAt);
  }
  if (Object.keys(fields).length > 0 || 'problem' in expiry) throw new Invalid(fields);
  const kept = name === undefined ? undefined : cleanName(name);
  return { name: kept, createdAt, expiresAt: expiry.expiresAt };
}

function expiryText(problem: ExpiryProblem, { lastDay }: SecretWish, createdAt: Date): string {
  if (problem === 'not_a_date') return lastDay?.trim() === '' ? t`Choose a last day.` : notADay();
  const first = dayText(earliestLastDay(createdAt));
  const last = dayText(latestLastDay(createdAt));
  return problem === 'too_early'
    ? t`The last day can be ${first} at the earliest.`
    : t`A secret lives for one year at most. The last day can be ${last} at the latest.`;
}

function expiryOf({ lastDay, expiresAt }: SecretWish, createdAt: Date): Expiry {
  if (lastDay !== undefined) return expiryOfLastDay(lastDay.trim(), createdAt);
  return expiryOfInstant(expiresAt ?? addCalendarYear(createdAt), createdAt);
}

/** The row of a new secret: of its value only the hint and a keyed digest (S5, S7). */
export function newSecret(
  keys: Keys,
  owner: { applicationId: string } | { resourceId: string },
  wish: CheckedWish & { name: string },
  creator: Actor,
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
    createdBy: creator.id,
    createdBySecret: creator.machine?.secretId ?? null,
    disabledAt: null,
    disabledBy: null,
    deletedAt: null,
    deletedBy: null,
    firstUsedAt: null,
    lastUsedAt: null,
    lostAt: null,
    endToldAt: null,
  };
}
