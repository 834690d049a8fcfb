import { parseInstant } from '../../../platform/instant.js';
import { Invalid } from '../../../platform/refusals.js';
import { utcDay } from '../../../platform/utc-day.js';
import { daysLeft, lastDay } from '../../../secrets/expiry.js';
import type { SecretWish } from '../../../secrets/secret-wish.js';
import { neverRetrieved, secretState } from '../../../secrets/state.js';
import { etagOf } from '../kernel/etag.js';
import type { NewSecret, SecretAnswer } from './secrets.dto.js';
import type { SecretRow } from './secrets.query.js';

export function secretAnswer(row: SecretRow, now: Date): SecretAnswer {
  return {
    id: row.id,
    applicationId: row.applicationId,
    name: row.name,
    hint: row.hint,
    state: secretState({ ...row, deletedAt: null }, now),
    createdAt: row.createdAt.toISOString(),
    createdBy: row.createdBy,
    expiresAt: row.expiresAt.toISOString(),
    lastDay: lastDay(row.expiresAt),
    daysLeft: daysLeft(row.expiresAt, utcDay(now)),
    disabledAt: row.disabledAt?.toISOString() ?? null,
    lastUsedAt: row.lastUsedAt?.toISOString() ?? null,
    neverRetrieved: neverRetrieved(row),
  };
}

/** What can be changed about a secret is whether it is off. */
export function secretTag({ id, disabledAt }: SecretRow): string {
  return etagOf('secret', id, disabledAt);
}

/** @throws Invalid */
export function wishOf({ name, lastDay, expiresAt }: NewSecret): SecretWish {
  if (lastDay !== undefined && expiresAt !== undefined) {
    throw new Invalid({ expiresAt: 'Send the last day or the exact end, not both.' });
  }
  return { name, lastDay, expiresAt: expiresAt === undefined ? undefined : instantOf(expiresAt) };
}

function instantOf(text: string): Date {
  try {
    if (text.includes('T')) return parseInstant(text);
  } catch {
    // Told below.
  }
  throw new Invalid({ expiresAt: 'Send an instant such as 2027-03-01T12:00:00Z.' });
}
