import { t } from '../platform/language/speaking.js';
import { endText } from '../platform/words.js';
import { secretState } from '../secrets/state.js';
import { secretStateTexts } from '../secrets/state-words.js';
import { isSuperseded } from '../secrets/superseded.js';
import { usageDates } from '../secrets/usage-json.js';
import { secretsHref } from './hrefs.js';
import type { MadeSecret } from './models.js';
import type { MadeSecretRow } from './user.query.js';

/** A secret as IT sees it beside the person who made it (R13). */
export function madeSecret(row: MadeSecretRow, now: Date): MadeSecret {
  const secret = usageDates(row);
  const superseded = isSuperseded(secret, row.others.map(usageDates), now);
  const key = secretState({ ...secret, superseded }, now);
  return {
    name: row.name,
    hint: row.hint,
    href: row.applicationDeleted ? undefined : secretsHref(row.applicationId),
    application: row.application,
    state: row.applicationDeleted
      ? { key: 'deleted', text: t`Application deleted` }
      : { key, text: secretStateTexts[key]() },
    ends: { iso: secret.expiresAt.toISOString(), text: endText(secret.expiresAt) },
  };
}
