import type { FastifyReply, FastifyRequest } from 'fastify';
import { t } from '../platform/language/speaking.js';
import type { Pages } from '../platform/web/pages.js';
import { momentOf } from '../platform/words.js';
import type { SignedEndpoint } from '../webhooks/webhooks.service.js';
import { applicationHref } from './hrefs.js';
import type { WebhookSecretPage } from './models.js';
import { webhookHref } from './webhooks.page.js';
import type { WebhookRow, WebhooksRow } from './webhooks.query.js';

interface Shown {
  applicationId: string;
  row: WebhooksRow;
  webhook: WebhookRow;
  made: SignedEndpoint;
}

/** The one page that shows the secret of an endpoint. */
export function secretPage(
  pages: Pages,
  request: FastifyRequest,
  reply: FastifyReply,
  { applicationId, row, webhook, made }: Shown,
): FastifyReply {
  return pages.send(request, reply, () => ({
    view: 'portal/webhook-secret',
    title: t`Copy the signing secret now`,
    status: 201,
    model: {
      application: { name: row.name, href: applicationHref(applicationId) },
      href: webhookHref(applicationId, made.id),
      address: webhook.url,
      secret: made.secret,
      formerUntil: webhook.formerUntil ? momentOf(webhook.formerUntil) : undefined,
    } satisfies WebhookSecretPage,
  }));
}
