import { t } from '../platform/language/speaking.js';
import { utcDay } from '../platform/utc-day.js';
import { dayMoment } from '../platform/words.js';
import { fieldsOf } from '../platform/web/form.js';
import { DeclineForm } from './forms.js';
import { applicationHref, organisationHref, userHref } from './hrefs.js';
import type { DeclineRequestPage, RoleRequestsPage } from './models.js';
import type { QueueRow } from './role-requests.query.js';
import { moment } from './words.js';

export const queueHref = '/admin/role-requests';

export function requestChoices(open: boolean, count: number): RoleRequestsPage['choices'] {
  return [
    { text: t`Open (${count})`, href: queueHref, current: open },
    { text: t`Decided`, href: `${queueHref}?show=decided`, current: !open },
  ];
}

const stateTexts = () => ({
  open: { key: 'due', text: t`Open` },
  approved: { key: 'done', text: t`Approved` },
  declined: { key: 'refused', text: t`Declined` },
  withdrawn: { key: 'off', text: t`Withdrawn` },
});

export function requestLine(row: QueueRow, now: Date): RoleRequestsPage['requests'][number] {
  const open = row.state === 'open';
  return {
    person: { label: row.name, href: row.userId ? userHref(row.userId) : undefined },
    email: row.email,
    isNew: open && !row.userId && !row.elsewhere,
    role: row.role === 'org_admin' ? t`Org admin` : t`Credential manager`,
    of: row.applicationId
      ? { label: row.application!, href: applicationHref(row.applicationId) }
      : { label: row.organisation, href: organisationHref(row.organisationId) },
    organisation: { label: row.organisation, href: organisationHref(row.organisationId) },
    lastDay: row.lastDay ? dayMoment(row.lastDay) : undefined,
    asked: {
      by: { label: row.requestedBy, href: userHref(row.requestedById) },
      at: moment(row.requestedAt),
    },
    warnings: open ? warningsOf(row, now) : [],
    state: stateTexts()[row.state],
    decided: row.decidedAt
      ? { by: row.decidedBy!, at: moment(row.decidedAt), reason: row.reason ?? undefined }
      : undefined,
    approveAction: open ? `${queueHref}/${row.id}/approve` : undefined,
    declineHref: open ? `${queueHref}/${row.id}/decline` : undefined,
  };
}

/** What somebody who decides should know first. */
function warningsOf(row: QueueRow, now: Date): string[] {
  return [
    !row.stillAdmin && t`${row.requestedBy} is no org admin any more.`,
    row.elsewhere &&
      t`The address belongs to an account outside ${row.organisation}: this cannot be approved.`,
    row.applicationDeleted && t`The application was deleted.`,
    row.lastDay && row.lastDay < utcDay(now) && t`The last day is over.`,
  ].filter((text): text is string => typeof text === 'string');
}

export function declinePage(
  row: QueueRow,
  now: Date,
  form = new DeclineForm(),
  error?: unknown,
): DeclineRequestPage {
  const { person, email, of, asked } = requestLine(row, now);
  return {
    action: `${queueHref}/${row.id}/decline`,
    cancelHref: queueHref,
    facts: [
      { label: t`Person`, text: `${person.label} (${email})` },
      {
        label: t`Role`,
        text:
          row.role === 'org_admin'
            ? t`Org admin of ${of.label}`
            : t`Credential manager of ${of.label}`,
      },
      { label: t`Asked`, text: `${asked.by.label}, ${asked.at.text}` },
    ],
    ...fieldsOf(form, error),
  };
}
