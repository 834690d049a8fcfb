import { Module } from '@nestjs/common';
import { WebhooksModule } from '../webhooks/webhooks.module.js';
import { ManagedApplication, SeenApplication } from './application-sight.js';
import { WebhookChangesController } from './webhook-changes.controller.js';
import { WebhooksController } from './webhooks.controller.js';

/** The pages of webhooks, left out where the setting `DOMAINS` is off. */
@Module({
  imports: [WebhooksModule],
  providers: [SeenApplication, ManagedApplication],
  controllers: [WebhooksController, WebhookChangesController],
})
export class PortalWebhooksModule {}
