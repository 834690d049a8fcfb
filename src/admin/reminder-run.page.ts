import { label } from '../reminders/milestones.js';
import { outcomeText } from '../reminders/outcomes.js';
import { resourceHref, secretsHref, serverSecretHref } from './hrefs.js';
import type { Pagination } from './keyset.js';
import type { RunPage } from './models.js';
import type { RunReminderRow } from './reminder-run.query.js';
import { runLine } from './reminder-runs.page.js';
import type { RunRow } from './reminder-runs.query.js';
import { moment } from './words.js';

export function runPage(run: RunRow, rows: RunReminderRow[], pagination: Pagination): RunPage {
  return {
    run: runLine(run),
    counts: [
      { label: 'Due', number: run.due, text: 'one for each secret and person to be mailed' },
      {
        label: 'Sent',
        number: run.sent,
        text: 'taken by the mail server; one mail can hold several',
      },
      {
        label: 'Failed',
        number: run.failed,
        text: 'refused, or not handed over; tried again where it can help',
      },
      { label: 'Skipped', number: run.skipped, text: 'not needed any more when their turn came' },
      {
        label: 'Without a recipient',
        number: run.noRecipient,
        text: 'secrets with nobody to mail',
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
    answer: row.serverAnswer ?? undefined,
    mailHref: place && row.mailId ? `${place}/mails/${row.mailId}` : undefined,
  };
}
