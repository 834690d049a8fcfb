import type { Config } from '../platform/config/config.js';
import type { Language } from '../platform/language/languages.js';
import { speaking, t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { oneLine } from '../platform/mail/one-line.js';
import type { OutgoingMessage } from '../platform/mail/outbox.service.js';

interface Place {
  secretId: string;
  secret: string;
  applicationId: string;
  application: string;
}

/** To an org admin or the support: somebody says that an application's secret is not theirs any more. */
export function notMineNotice(
  to: { id: string | null; name: string; address: string; language: Language },
  speaker: string,
  place: Place,
  config: Config,
): OutgoingMessage {
  const { id, name, address, language } = to;
  const mail = speaking(language, () => {
    const model = { ...wordsFor(id !== null, speaker, place, config), to: address };
    return { subject: model.subject, ...renderMail('notice', model) };
  });
  return { kind: 'notice', userId: id, to: { name, address }, ...mail };
}

function wordsFor(orgAdmin: boolean, speaker: string, place: Place, { PUBLIC_URL }: Config) {
  const { application, applicationId, secret, secretId } = place;
  const paragraphs = [
    t`${speaker} was reminded of the secret “${secret}” of ${application}, and says that it is not theirs any more.`,
    orgAdmin
      ? t`The role still holds until IT withdraws it, and the daily mails of the last week will still go to them. Please confirm to IT who manages the application from now on.`
      : t`The role still holds until it is withdrawn. The org admins of the organisation, if there are any, have been told as well.`,
  ];
  return {
    subject: oneLine(t`Not theirs any more: ${speaker} and ${application}`),
    paragraphs: paragraphs.map(oneLine),
    link: {
      text: t`Open this secret`,
      href: `${PUBLIC_URL}/manage-api-credentials/${applicationId}/secrets/${secretId}`,
    },
  };
}
