import { t } from '../platform/language/speaking.js';
import { fieldsOf } from '../platform/web/form.js';
import { applicationHref, organisationHref, userHref, verificationsHref } from './hrefs.js';
import type { VerificationLine, VerificationPage } from './models.js';
import type { VerificationRow } from './verifications.query.js';
import { moment } from './words.js';

/** What was pressed, and what IT says about it. */
export class DecisionForm {
  decision = '';
  note = '';
}

const states = () => ({
  pending: { key: 'due', text: t`Open` },
  accepted: { key: 'done', text: t`Verified` },
  declined: { key: 'refused', text: t`Declined` },
  withdrawn: { key: 'off', text: t`Withdrawn` },
});

export function verificationLine(row: VerificationRow): VerificationLine {
  return {
    href: `${verificationsHref}/${row.id}`,
    application: { label: row.application, href: applicationHref(row.applicationId) },
    organisation: { label: row.organisation, href: organisationHref(row.organisationId) },
    hosts: row.hosts,
    resources: row.resources,
    note: row.note,
    asked: {
      by: { label: row.requestedBy, href: userHref(row.requestedById) },
      at: moment(row.requestedAt),
    },
    state: states()[row.state],
    decided: row.decidedAt
      ? { by: row.decidedBy!, at: moment(row.decidedAt), note: row.decisionNote ?? undefined }
      : undefined,
  };
}

export function verificationPage(
  row: VerificationRow,
  form = new DecisionForm(),
  error?: unknown,
): VerificationPage {
  return {
    ...verificationLine(row),
    listHref: verificationsHref,
    /** What is decided stays, but what was accepted can be taken back. */
    open: row.state === 'pending',
    verified: row.state === 'accepted',
    decisionNote: fieldsOf(form, error).note,
  };
}
