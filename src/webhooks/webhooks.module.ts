import { Module } from '@nestjs/common';
import { AuditModule } from '../audit/audit.module.js';
import { MailModule } from '../platform/mail/mail.module.js';
import { WebhookAnswers } from './answers.service.js';
import { WebhookDelivering } from './delivering.service.js';
import { WebhookPlanning } from './planning.service.js';
import { Webhooks } from './webhooks.service.js';

/** Messages to other systems about what happens to secrets. Their time trigger belongs to the server. */
@Module({
  imports: [MailModule, AuditModule],
  providers: [Webhooks, WebhookPlanning, WebhookDelivering, WebhookAnswers],
  exports: [Webhooks, WebhookPlanning, WebhookDelivering],
})
export class WebhooksModule {}
