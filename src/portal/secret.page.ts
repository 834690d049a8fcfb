import { t } from '../platform/language/speaking.js';
import { dayText, distanceText, momentOf } from '../platform/words.js';
import { startOf, type UtcDay, utcDay } from '../platform/utc-day.js';
import { heldFor } from '../reminders/acknowledgement.js';
import {
  isEarly,
  label,
  type Milestone,
  milestoneDay,
  milestones,
} from '../reminders/milestones.js';
import { outcomeText } from '../reminders/outcomes.js';
import type { LedgerRow } from '../reminders/reminders.query.js';
import { whoIsOnIt } from './acknowledge.page.js';
import { createRefusal, secretLine } from './credentials.page.js';
import type { ApplicationRow, SecretRecord } from './credentials.query.js';
import { applicationHref, secretHref } from './hrefs.js';
import type { ReminderRow, SecretLine, SecretPage, SecretState } from './models.js';
import { recipientsOf, someone } from './people.page.js';
import { actionsOf } from './secret-action.page.js';
import { answerText } from '../reminders/answer-words.js';

/** One secret with its reminder ledger. */
export function secretPage(
  application: ApplicationRow,
  secret: SecretRecord,
  ledger: LedgerRow[],
  { viewerId, most }: { viewerId: string; most: number },
  now: Date,
): SecretPage {
  const line = secretLine(application, secret, now);
  const { disabledAt, disabledBy, deletedAt, deletedBy } = secret;
  return {
    ...line,
    application: {
      name: application.name,
      href: applicationHref(application.id),
      clientId: application.clientId,
    },
    createdBy: someone(secret.createdBy),
    createdAt: momentOf(secret.createdAt),
    lastUsed: secret.lastUsedAt ? momentOf(secret.lastUsedAt) : undefined,
    switchedOff: disabledAt ? { by: someone(disabledBy), at: momentOf(disabledAt) } : undefined,
    deleted: deletedAt ? { by: someone(deletedBy), at: momentOf(deletedAt) } : undefined,
    actions: actionsOf(application, secret, now, 'secret'),
    ...nextStep(application, line, most, now),
    leakedHref:
      application.mayManage && !deletedAt && !secret.leak && secret.expiresAt > now
        ? `${secretHref(application.id, secret.id)}/leaked`
        : undefined,
    whoIsOnIt: whoIsOnIt(application, secret, viewerId, now),
    reminders: ledger.map((row) => reminderRow(row, `${line.href}/mails`)),
    nextReminder: nextReminder(application, secret, line.state.key, now),
  };
}

/** A secret that ends or has leaked is replaced by a new one: the next step stands first (S4, S13). */
function nextStep(
  application: ApplicationRow,
  { state, leak }: Pick<SecretLine, 'state' | 'leak'>,
  most: number,
  now: Date,
): Pick<SecretPage, 'createHref' | 'createRefusal'> {
  const ends = state.key === 'expiring' || state.key === 'expired';
  if (!application.mayManage || (!ends && !leak)) return {};
  const refusal = createRefusal(application, now, most);
  return refusal
    ? { createRefusal: refusal }
    : { createHref: `${applicationHref(application.id)}/secrets/new` };
}

function reminderRow(row: LedgerRow, mails: string): ReminderRow {
  return {
    at: momentOf(row.attemptedAt ?? row.plannedAt),
    milestone: label(row.milestone),
    recipient: row.address ?? undefined,
    outcome: { key: row.state, text: outcomeText(row.state) },
    answer: row.serverAnswer ? answerText(row.serverAnswer) : undefined,
    mailHref: row.mailId ? `${mails}/${row.mailId}` : undefined,
    mailNote: row.mailHidden ? t`The mail was also about applications you do not see.` : undefined,
  };
}

/** The day of the next mail, or why none is coming (M1, M7). */
function nextReminder(
  application: ApplicationRow,
  secret: SecretRecord,
  state: SecretState['key'],
  now: Date,
): string {
  if (state === 'deleted') return t`No more mails: the secret is deleted.`;
  if (state === 'off') return t`No mails while it is switched off.`;
  if (application.disabled) return t`No mails while the application is disabled.`;
  if (state === 'expired') return t`No more mails after the one that it has expired.`;
  const today = utcDay(now);
  const created = utcDay(secret.createdAt);
  const coming = milestones
    .filter((milestone) => milestone !== 'expired')
    .filter((milestone) => state !== 'superseded' || isEarly(milestone))
    .map((milestone) => ({ milestone, day: milestoneDay(milestone, secret.expiresAt) }))
    .find(({ day }) => day > today && day > created);
  if (coming) {
    if (recipientsOf(application).length === 0) return t`No mails: there is nobody to be mailed.`;
    const { day } = coming;
    return (
      heldAt(application, secret, coming) ??
      t`Next mail: ${dayText(day)} (${distanceText(day, today)}).`
    );
  }
  return state === 'superseded'
    ? t`No daily mails, because a newer secret is in use.`
    : t`No more mails before it ends.`;
}

/** The six- and three-week mails wait for those who have taken it on (docs/adr/0040). */
function heldAt(
  application: ApplicationRow,
  secret: SecretRecord,
  { milestone, day }: { milestone: Milestone; day: UtcDay },
): string | undefined {
  const about = { ...secret, recipients: recipientsOf(application) };
  const held = about.recipients.every(({ id }) =>
    heldFor(about, { recipientId: id, milestone }, startOf(day)),
  );
  return held
    ? t`The mail of ${dayText(day)} waits for those who are on it. The daily mails of the last week come in any case.`
    : undefined;
}
