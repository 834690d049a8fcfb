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
    { text: `Open (${count})`, href: queueHref, current: open },
    { text: 'Decided', href: `${queueHref}?show=decided`, current: !open },
  ];
}

const stateTexts = {
  open: { key: 'due', text: 'Open' },
  approved: { key: 'done', text: 'Approved' },
  declined: { key: 'refused', text: 'Declined' },
  withdrawn: { key: 'off', text: 'Withdrawn' },
} as const;

export function requestLine(row: QueueRow, now: Date): RoleRequestsPage['requests'][number] {
  const open = row.state === 'open';
  return {
    person: { label: row.name, href: row.userId ? userHref(row.userId) : undefined },
    email: row.email,
    isNew: open && !row.userId && !row.elsewhere,
    role: row.role === 'org_admin' ? 'Org admin' : 'Credential manager',
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
    state: stateTexts[row.state],
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
    !row.stillAdmin && `${row.requestedBy} is no org admin any more.`,
    row.elsewhere &&
      `The address belongs to an account outside ${row.organisation}: this cannot be approved.`,
    row.applicationDeleted && 'The application was deleted.',
    row.lastDay && row.lastDay < utcDay(now) && 'The last day is over.',
  ].filter((text): text is string => typeof text === 'string');
}

export function declinePage(
  row: QueueRow,
  now: Date,
  form = new DeclineForm(),
  error?: unknown,
): DeclineRequestPage {
  const { person, email, role, of, asked } = requestLine(row, now);
  return {
    action: `${queueHref}/${row.id}/decline`,
    cancelHref: queueHref,
    facts: [
      { label: 'Person', text: `${person.label} (${email})` },
      { label: 'Role', text: `${role} of ${of.label}` },
      { label: 'Asked', text: `${asked.by.label}, ${asked.at.text}` },
    ],
    ...fieldsOf(form, error),
  };
}
