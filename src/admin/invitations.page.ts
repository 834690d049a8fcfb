import { t } from '../platform/language/speaking.js';
import { invitationsHref, organisationHref, userHref } from './hrefs.js';
import type { InvitationRow } from './invitations.query.js';
import type { InvitationsPage } from './models.js';
import { moment } from './words.js';
import { answerText } from '../reminders/answer-words.js';

export function invitationLine(
  row: InvitationRow,
  now: Date,
): InvitationsPage['invitations'][number] {
  return {
    person: { label: row.name, href: userHref(row.userId) },
    email: row.email,
    organisation: row.organisationId
      ? { label: row.organisation!, href: organisationHref(row.organisationId) }
      : { label: t`Operator staff` },
    sentBy: row.sentBy ?? 'Keyturn',
    sent: moment(row.createdAt),
    until: moment(row.expiresAt),
    state:
      row.expiresAt > now
        ? { key: 'invited', text: t`Open` }
        : { key: 'expired', text: t`Ran out` },
    mail: mailText(row),
    resendAction: `${invitationsHref}/${row.userId}/resend`,
    revokeAction: `${invitationsHref}/${row.userId}/revoke`,
  };
}

function mailText({ mailState, mailAnswer }: InvitationRow): { text: string; bad: boolean } {
  if (mailState === null) return { text: t`The mail waits to be sent.`, bad: false };
  return mailState === 'sent'
    ? { text: t`The mail server took the mail.`, bad: false }
    : { text: t`The mail was refused: ${answerText(mailAnswer ?? '')}`, bad: true };
}
