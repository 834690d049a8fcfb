import { t } from '../platform/language/speaking.js';
import { label } from '../reminders/milestones.js';
import { outcomeText } from '../reminders/outcomes.js';
import { resourceHref, secretsHref, serverSecretHref } from './hrefs.js';
import type { Pagination } from './keyset.js';
import type { RunPage } from './models.js';
import type { RunReminderRow } from './reminder-run.query.js';
import { runLine } from './reminder-runs.page.js';
import type { RunRow } from './reminder-runs.query.js';
import { moment } from './words.js';
import { answerText } from '../reminders/answer-words.js';

export function runPage(run: RunRow, rows: RunReminderRow[], pagination: Pagination): RunPage {
  return {
    run: runLine(run),
    counts: [
      { label: t`Due`, number: run.due, text: t`one for each secret and person to be mailed` },
      {
        label: t`Sent`,
        number: run.sent,
        text: t`taken by the mail server; one mail can hold several`,
      },
      {
        label: t`Failed`,
        number: run.failed,
        text: t`refused, or not handed over; tried again where it can help`,
      },
      { label: t`Skipped`, number: run.skipped, text: t`not needed any more when their turn came` },
      {
        label: t`Without a recipient`,
        number: run.noRecipient,
        text: t`secrets with nobody to mail`,
      },
    ],
    reminders: rows.map(reminderLine),
    pagination,
  };
}

function reminderLine(row: RunReminderRow): RunPage['reminders'][number] {
  const { applicationId, resourceId } = row;
  const ofApplication = applicationId
    ? `${secretsHref(applicationId)}/secrets/${row.secretId}`
    : undefined;
  const href = resourceId ? resourceHref(resourceId) : ofApplication;
  const place = resourceId ? serverSecretHref(resourceId, row.secretId) : ofApplication;
  return {
    at: moment(row.at),
    secret: { name: row.secret, href },
    owner: row.application ?? row.resource ?? undefined,
    milestone: label(row.milestone),
    recipient: row.recipient ?? row.address ?? undefined,
    outcome: { key: row.state, text: outcomeText(row.state) },
    answer: row.serverAnswer ? answerText(row.serverAnswer) : undefined,
    mailHref: place && row.mailId ? `${place}/mails/${row.mailId}` : undefined,
  };
}
