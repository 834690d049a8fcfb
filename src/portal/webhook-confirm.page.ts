import { t } from '../platform/language/speaking.js';
import { overlapHours } from '../webhooks/webhooks.service.js';
import { applicationHref } from './hrefs.js';
import type { WebhookConfirmPage } from './models.js';
import { webhookHref, webhookLine, webhooksHref } from './webhooks.page.js';
import type { WebhookRow, WebhooksRow } from './webhooks.query.js';

export const questions = ['rotate', 'switch-off', 'delete'] as const;
export type Question = (typeof questions)[number];

const words = (
  first: boolean,
): Record<Question, { heading: string; paragraphs: string[]; button: string }> => ({
  rotate: first
    ? {
        heading: t`Make its secret?`,
        paragraphs: [
          t`The receiver checks with it that a message comes from here. It is shown once.`,
        ],
        button: t`Make the secret`,
      }
    : {
        heading: t`Replace its secret?`,
        paragraphs: [
          t`A new secret is made and shown once. For ${overlapHours} hours each message is signed with both, so that you can change it in the receiver without losing one.`,
          t`Replacing it again within this time ends the older of the two at once.`,
        ],
        button: t`Replace the secret`,
      },
  'switch-off': {
    heading: t`Switch off this webhook?`,
    paragraphs: [
      t`Nothing is sent to it until you switch it on again. What happens meanwhile is not told later; what is ending soon or replaced then is.`,
    ],
    button: t`Switch off`,
  },
  delete: {
    heading: t`Delete this webhook?`,
    paragraphs: [
      t`Nothing is sent to it any more, and its secret and the list of its messages are gone. This cannot be undone.`,
    ],
    button: t`Delete`,
  },
});

export function webhookConfirmPage(
  applicationId: string,
  { name, mayManage }: WebhooksRow,
  row: WebhookRow,
  kind: Question,
): WebhookConfirmPage {
  const href = webhookHref(applicationId, row.id);
  const { address, domain } = webhookLine(applicationId, mayManage, row);
  const { heading, paragraphs, button } = words(!row.signed)[kind];
  return {
    application: { name, href: applicationHref(applicationId) },
    webhook: { href, address },
    listHref: webhooksHref(applicationId),
    heading,
    confirm: {
      paragraphs,
      facts: [
        { label: t`Address`, text: address },
        { label: t`Domain`, text: domain },
      ],
      action: `${href}/${kind}`,
      button,
      danger: kind !== 'rotate',
      cancelHref: href,
    },
  };
}
