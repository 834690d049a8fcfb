import type { Config } from '../platform/config/config.js';
import type { Language } from '../platform/language/languages.js';
import { speaking, t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import type { OutgoingMessage } from '../platform/mail/outbox.service.js';
import type { AskedRole } from './role-request.entity.js';

export interface RequestText {
  role: AskedRole;
  /** Name of the application, for a credential manager. */
  application?: string | null;
  organisation: string;
  /** Who shall get the role. */
  name: string;
  email: string;
}

type Settings = Pick<Config, 'PUBLIC_URL' | 'SUPPORT_ADDRESS'>;

/** To support, when a request was filed. */
export function filedMail(request: RequestText, by: string, config: Settings): OutgoingMessage {
  return message(
    null,
    { name: 'Keyturn support', address: config.SUPPORT_ADDRESS },
    {
      subject: `A role is asked for: ${request.organisation}`,
      paragraphs: [
        `${by}, org admin of ${request.organisation}, asks that ${request.name} (${request.email}) becomes ${roleOf(request)}.`,
        'Someone in IT decides about it.',
      ],
      link: { href: `${config.PUBLIC_URL}/admin/role-requests`, text: 'Open role requests' },
    },
  );
}

/**
 * To whoever asked, when IT has decided.
 * @param to with the language that the mail is written in
 * @param reason why it was declined
 */
export function decidedMail(
  request: RequestText,
  to: { id: string; name: string; email: string; language: Language },
  reason: string | null,
  config: Settings,
): OutgoingMessage {
  return speaking(to.language, () =>
    message(
      to.id,
      { name: to.name, address: to.email },
      {
        ...(reason === null ? approved(request) : declined(request, reason, config)),
        link: { href: `${config.PUBLIC_URL}/role-requests`, text: t`Your role requests` },
      },
    ),
  );
}

function approved({ role, name, email, organisation, application }: RequestText) {
  return role === 'org_admin'
    ? {
        subject: t`Done: ${name} is org admin of ${organisation} now`,
        paragraphs: [
          t`You asked for ${name} (${email}) to become org admin of ${organisation}. IT has approved it; the role holds from now on.`,
        ],
      }
    : {
        subject: t`Done: ${name} is credential manager of ${application!} now`,
        paragraphs: [
          t`You asked for ${name} (${email}) to become credential manager of ${application!}. IT has approved it; the role holds from now on.`,
        ],
      };
}

function declined(
  { role, name, email, organisation, application }: RequestText,
  reason: string,
  { SUPPORT_ADDRESS: support }: Settings,
) {
  const answer =
    role === 'org_admin'
      ? t`You asked for ${name} (${email}) to become org admin of ${organisation}. IT has declined it: ${reason}`
      : t`You asked for ${name} (${email}) to become credential manager of ${application!}. IT has declined it: ${reason}`;
  return {
    subject: t`Your request for ${name} was declined`,
    paragraphs: [answer, t`Questions? Write to ${support}.`],
  };
}

/** The role in words, with where it holds. */
function roleOf({
  role,
  application,
  organisation,
}: Pick<RequestText, 'role' | 'application' | 'organisation'>): string {
  return role === 'org_admin'
    ? `org admin of ${organisation}`
    : `credential manager of ${application}`;
}

function message(
  userId: string | null,
  to: { name: string; address: string },
  notice: { subject: string; paragraphs: string[]; link: { href: string; text: string } },
): OutgoingMessage {
  const { subject } = notice;
  const body = renderMail('notice', { ...notice, to: to.address });
  return { kind: 'notice', userId, to, subject, ...body };
}
