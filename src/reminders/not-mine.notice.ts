import type { Config } from '../platform/config/config.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { oneLine } from '../platform/mail/one-line.js';
import type { OutgoingMessage } from '../platform/mail/outbox.service.js';

/** To an org admin or the support: somebody says that an application's secret is not theirs any more. */
export function notMineNotice(
  to: { id: string | null; name: string; address: string },
  speaker: string,
  place: { secretId: string; secret: string; applicationId: string; application: string },
  config: Config,
): OutgoingMessage {
  const subject = oneLine(`Not theirs any more: ${speaker} and ${place.application}`);
  const model = {
    subject,
    paragraphs: [
      `${speaker} was reminded of the secret “${place.secret}” of ${place.application}, and says that it is not theirs any more.`,
      to.id
        ? 'The role still holds until IT withdraws it, and the daily mails of the last week will still go to them. Please confirm to IT who manages the application from now on.'
        : 'The role still holds until it is withdrawn. The org admins of the organisation, if there are any, have been told as well.',
    ].map(oneLine),
    link: {
      text: 'Open this secret',
      href: `${config.PUBLIC_URL}/manage-api-credentials/${place.applicationId}/secrets/${place.secretId}`,
    },
    to: to.address,
  };
  const { name, address } = to;
  return {
    kind: 'notice',
    userId: to.id,
    to: { name, address },
    subject,
    ...renderMail('notice', model),
  };
}
