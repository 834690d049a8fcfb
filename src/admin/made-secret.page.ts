import { endText } from '../platform/words.js';
import { secretState } from '../secrets/state.js';
import { isSuperseded } from '../secrets/superseded.js';
import { secretsHref } from './hrefs.js';
import type { MadeSecret } from './models.js';
import { secretStateTexts } from './words.js';
import type { MadeSecretRow, SecretTimes } from './user.query.js';

/** A secret as IT sees it beside the person who made it (R13). */
export function madeSecret(row: MadeSecretRow, now: Date): MadeSecret {
  const secret = withDates(row);
  const superseded = isSuperseded(secret, row.others.map(withDates), now);
  const key = secretState({ ...secret, superseded }, now);
  return {
    name: row.name,
    hint: row.hint,
    href: row.applicationDeleted ? undefined : secretsHref(row.applicationId),
    application: row.application,
    state: row.applicationDeleted
      ? { key: 'deleted', text: 'Application deleted' }
      : { key, text: secretStateTexts[key] },
    ends: { iso: secret.expiresAt.toISOString(), text: endText(secret.expiresAt) },
  };
}

/** JSON has no dates. */
export function withDates(row: SecretTimes) {
  const date = (text: string | null) => (text === null ? null : new Date(text));
  return {
    createdAt: new Date(row.createdAt),
    expiresAt: new Date(row.expiresAt),
    disabledAt: date(row.disabledAt),
    deletedAt: date(row.deletedAt),
    firstUsedAt: date(row.firstUsedAt),
    lastUsedAt: date(row.lastUsedAt),
  };
}
