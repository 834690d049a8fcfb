import type { Config } from '../platform/config/config.js';
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

/** To whoever asked, when IT has decided. @param reason why it was declined */
export function decidedMail(
  request: RequestText,
  to: { id: string; name: string; email: string },
  reason: string | null,
  config: Settings,
): OutgoingMessage {
  const what = `${request.name} (${request.email}) to become ${roleOf(request)}`;
  const given = `${request.name} is ${roleOf(request)} now`;
  return message(
    to.id,
    { name: to.name, address: to.email },
    {
      subject: reason === null ? `Done: ${given}` : `Your request for ${request.name} was declined`,
      paragraphs:
        reason === null
          ? [`You asked for ${what}. IT has approved it; the role holds from now on.`]
          : [
              `You asked for ${what}. IT has declined it: ${reason}`,
              `Questions? Write to ${config.SUPPORT_ADDRESS}.`,
            ],
      link: { href: `${config.PUBLIC_URL}/role-requests`, text: 'Your role requests' },
    },
  );
}

/** The role in words, with where it holds. */
export function roleOf({
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
