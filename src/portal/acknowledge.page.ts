import { t } from '../platform/language/speaking.js';
import { Forbidden } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { fieldsOf } from '../platform/web/form.js';
import { acknowledgeForm, type AcknowledgeForm } from '../reminders/acknowledge-form.js';
import { acknowledgementText, counts } from '../reminders/acknowledgement.js';
import { lastDay } from '../secrets/expiry.js';
import { secretLine } from './credentials.page.js';
import type { ApplicationRow, SecretRecord } from './credentials.query.js';
import { applicationHref, secretHref } from './hrefs.js';
import type { AcknowledgePage, WhoIsOnIt } from './models.js';
import { recipientsOf } from './people.page.js';

/** @throws Forbidden for those who see the secret and do not get its mails */
export function acknowledgePage(
  row: ApplicationRow,
  secret: SecretRecord,
  viewerId: string,
  now: Date,
  typed: AcknowledgeForm | undefined,
  error: unknown,
): AcknowledgePage {
  const about = { ...secret, recipients: recipientsOf(row) };
  if (!about.recipients.some(({ id }) => id === viewerId)) {
    throw new Forbidden(
      () => t`Only those who get the mails about this secret can say who is on it.`,
    );
  }
  const today = utcDay(now);
  const last = lastDay(secret.expiresAt);
  const own = secret.acknowledgements.find(({ userId }) => userId === viewerId);
  const form = typed ?? acknowledgeForm(own, secret.expiresAt, now);
  const href = secretHref(row.id, secret.id);
  return {
    application: { name: row.name, href: applicationHref(row.id) },
    secret: { name: secret.name, href },
    line: secretLine(row, secret, now),
    ended: secret.expiresAt <= now,
    said: secret.acknowledgements.map((each) => acknowledgementText(each, about, now)),
    action: `${href}/acknowledge`,
    ...fieldsOf(form, error),
    today,
    last,
  };
}

/** What the page of a secret says about those who have answered. */
export function whoIsOnIt(
  row: ApplicationRow,
  secret: SecretRecord,
  viewerId: string,
  now: Date,
): WhoIsOnIt {
  const about = { ...secret, recipients: recipientsOf(row) };
  const mine = secret.acknowledgements.some(({ userId }) => userId === viewerId);
  const href = `${secretHref(row.id, secret.id)}/acknowledge`;
  const may = !secret.deletedAt && about.recipients.some(({ id }) => id === viewerId);
  return {
    said: secret.acknowledgements.map((each) => ({
      text: acknowledgementText(each, about, now),
      counts: counts(each, about, now),
    })),
    href: may ? href : undefined,
    takeBackAction: may && mine ? `${href}/take-back` : undefined,
  };
}
