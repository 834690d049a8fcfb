import type { Config } from '../platform/config/config.js';
import type { Language } from '../platform/language/languages.js';
import { speaking, t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import type { OutgoingMessage } from '../platform/mail/outbox.service.js';

type Settings = Pick<Config, 'PUBLIC_URL' | 'SUPPORT_ADDRESS'>;

/** To support, when managers ask for it. */
export function requestedMail(application: string, by: string, config: Settings): OutgoingMessage {
  const notice = {
    subject: `Verification is asked for: ${application}`,
    paragraphs: [`${by} asks that ${application} is verified. Someone in IT decides about it.`],
    link: { href: `${config.PUBLIC_URL}/admin/verifications`, text: 'Open verifications' },
  };
  const to = { name: 'Keyturn support', address: config.SUPPORT_ADDRESS };
  const body = renderMail('notice', { ...notice, to: to.address });
  return { kind: 'notice', userId: null, to, subject: notice.subject, ...body };
}

/** To whoever asked, when IT has decided. */
export function decidedMail(
  { applicationId, applicationName: name }: { applicationId: string; applicationName: string },
  to: { id: string; name: string; email: string; language: Language },
  accepted: boolean,
  note: string,
  { PUBLIC_URL: url }: Settings,
): OutgoingMessage {
  return speaking(to.language, () => {
    const subject = accepted ? t`Verified: ${name}` : t`Not verified: ${name}`;
    const decision = accepted
      ? t`IT has verified ${name}. What it asked for is open on the domains that were named.`
      : t`IT has not verified ${name}.`;
    const paragraphs = note === '' ? [decision] : [decision, t`They write: ${note}`];
    const href = `${url}/manage-api-credentials/${applicationId}`;
    const link = { href, text: t`Open the application` };
    const body = renderMail('notice', { subject, paragraphs, link, to: to.email });
    const address = { name: to.name, address: to.email };
    return { kind: 'notice', userId: to.id, to: address, subject, ...body };
  });
}
