import { t } from '../platform/language/speaking.js';
import { utcDay } from '../platform/utc-day.js';
import { fieldsOf } from '../platform/web/form.js';
import { distanceText } from '../platform/words.js';
import { acknowledgeForm, type AcknowledgeForm } from '../reminders/acknowledge-form.js';
import { acknowledgementText } from '../reminders/acknowledgement.js';
import type { Ending } from '../reminders/endings.query.js';
import { lastDay } from '../secrets/expiry.js';
import { resourceHref, serverSecretHref } from './hrefs.js';
import type { ServerAcknowledgePage } from './models.js';
import { breadcrumbTo, resourceText } from './resource-secret.page.js';
import type { ResourceRow } from './resources.query.js';

/** Where people in IT tell each other who replaces a secret of a resource server. */
export function serverAcknowledgePage(
  row: ResourceRow,
  ending: Ending,
  viewerId: string,
  now: Date,
  typed?: AcknowledgeForm,
  error?: unknown,
): ServerAcknowledgePage {
  const { acknowledgements, expiresAt, id } = ending;
  const today = utcDay(now);
  const last = lastDay(expiresAt);
  const own = acknowledgements.find(({ userId }) => userId === viewerId);
  const form = typed ?? acknowledgeForm(own, expiresAt, now);
  const ended = expiresAt <= now;
  const when = distanceText(last, today);
  const action = `${serverSecretHref(row.id, id)}/acknowledge`;
  return {
    breadcrumb: [...breadcrumbTo(row), { label: t`Who is on it` }],
    resource: resourceText(row),
    secret: ending.name,
    when: ended
      ? t`“${ending.name}” ended ${when}. Everybody in IT sees your answer.`
      : t`“${ending.name}” ends ${when}. Everybody in IT sees your answer.`,
    ended,
    said: acknowledgements.map((each) => acknowledgementText(each, ending, now)),
    action,
    cancelHref: resourceHref(row.id),
    takeBackAction: own && `${action}/take-back`,
    ...fieldsOf(form, error),
    today,
    last,
  };
}
