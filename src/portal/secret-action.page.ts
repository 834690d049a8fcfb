import { plural, t } from '../platform/language/speaking.js';
import { utcDay } from '../platform/utc-day.js';
import { distanceText, momentOf, numberText } from '../platform/words.js';
import { usedRecently } from '../secrets/in-use.js';
import { isLive } from '../secrets/state.js';
import type { ApplicationRow, SecretRecord } from './credentials.query.js';
import { applicationHref, secretHref } from './hrefs.js';
import type { SecretAction } from './models.js';
import { someone } from './people.page.js';

/** Where an action was begun, and so where *Cancel* leads and what is shown afterwards. */
export type Begun = 'application' | 'secret';

/** What the viewer may do with a secret (S1, S9, S10); nothing for those who only look (R14). */
export function actionsOf(
  row: ApplicationRow,
  secret: SecretRecord,
  now: Date,
  begun: Begun = 'application',
): SecretAction[] {
  if (!row.mayManage || secret.deletedAt) return [];
  const expired = secret.expiresAt <= now;
  const kinds: SecretAction['kind'][] = expired
    ? ['delete']
    : [secret.disabledAt ? 'switch-on' : 'switch-off', 'delete'];
  const page = secretHref(row.id, secret.id);
  return kinds.map((kind) => ({
    kind,
    href: `${page}/${kind}${begun === 'secret' ? '?back=secret' : ''}`,
    action: `${page}/${kind}`,
    back: begun,
    cancelHref: begun === 'secret' ? page : applicationHref(row.id),
    secretId: secret.id,
    secretName: secret.name,
    hint: secret.hint,
    application: row.name,
    createdBy: someone(secret.createdBy),
    createdAt: momentOf(secret.createdAt),
    lastUsed: secret.lastUsedAt ? momentOf(secret.lastUsedAt) : undefined,
    recentUse: kind === 'switch-on' ? undefined : recentUse(secret, now),
    lastLive: isLive(secret, now) && !siblings(row, secret).some((other) => isLive(other, now)),
    confirmName: kind === 'delete' && usedRecently(secret, now) ? { value: '' } : undefined,
  }));
}

export function siblings(row: ApplicationRow, secret: SecretRecord): SecretRecord[] {
  return row.secrets.filter(({ id }) => id !== secret.id);
}

/** Used in the last week: how lately, how often and from how many places (S9, S12). */
function recentUse(secret: SecretRecord, now: Date): string | undefined {
  if (!usedRecently(secret, now)) return undefined;
  const last = distanceText(utcDay(secret.lastUsedAt!), utcDay(now));
  const { count, addresses } = secret.recent ?? { count: 0, addresses: 0 };
  const number = numberText(addresses);
  const from = plural(addresses, t`from ${number} address`, t`from ${number} addresses`);
  const facts = [last, ...(count > 0 ? [oftenText(count)] : []), ...(addresses > 0 ? [from] : [])];
  return t`It was used ${facts.join(', ')}. Something still depends on it.`;
}

export function oftenText(count: number): string {
  const number = numberText(count);
  return plural(count, t`${number} time in the last 7 days`, t`${number} times in the last 7 days`);
}
