import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { Webhooks } from '../webhooks/webhooks.service.js';
import { ManagedApplication, notManaged, SeenApplication } from './application-sight.js';
import { type Question, questions, webhookConfirmPage } from './webhook-confirm.page.js';
import { secretPage } from './webhook-secret.page.js';
import { messageHref, messagePage, webhookHref, webhooksHref } from './webhooks.page.js';
import {
  type Asked,
  findAttempts,
  findMessages,
  findWebhooks,
  findWebhooksOf,
} from './webhooks.query.js';

interface Address {
  application: string;
  webhook: string;
}

/** What its managers do with a webhook, and with one message of it. */
@SeenBy(ManagedApplication)
@Controller('manage-api-credentials/:application/webhooks/:webhook')
export class WebhookChangesController {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  /** Asks before; of what needs no question, the page of the webhook. */
  @Get(':kind')
  async confirm(
    @Param() { application, webhook, kind }: Address & { kind: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const asked = this.asked(request, application);
    const { row, found } = await this.find(asked, webhook);
    if (!row.mayManage) throw new Forbidden(notManaged);
    const { applicationId } = asked;
    const fits = questions.includes(kind as Question) && (kind !== 'switch-off' || found.active);
    if (!fits) return reply.redirect(webhookHref(applicationId, found.id), 303);
    return this.pages.send(request, reply, () => {
      const model = webhookConfirmPage(applicationId, row, found, kind as Question);
      return { view: 'portal/webhook-confirm', title: model.heading, model };
    });
  }

  @StepUp(() => t`replace the signing secret`)
  @Post('rotate')
  async rotate(
    @Param() { application, webhook }: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const asked = this.asked(request, application);
    const { viewer, applicationId } = asked;
    const made = await this.webhooks.rotate(viewer, applicationId, uuidOf(webhook));
    const { row, found } = await this.find(asked, webhook);
    return secretPage(this.pages, request, reply, { applicationId, row, webhook: found, made });
  }

  @StepUp(() => t`switch off the webhook`)
  @Post('switch-off')
  async switchOff(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const [application, webhook] = idsOf(address);
    await this.webhooks.switchOff(request.viewer!, application, webhook);
    return reply.redirect(`${webhookHref(application, webhook)}?done=webhook-off`, 303);
  }

  @StepUp(() => t`switch on the webhook`)
  @Post('switch-on')
  async switchOn(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const [application, webhook] = idsOf(address);
    await this.webhooks.switchOn(request.viewer!, application, webhook);
    return reply.redirect(`${webhookHref(application, webhook)}?done=webhook-on`, 303);
  }

  @StepUp(() => t`delete the webhook`)
  @Post('delete')
  async delete(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const [application, webhook] = idsOf(address);
    await this.webhooks.remove(request.viewer!, application, webhook);
    return reply.redirect(`${webhooksHref(application)}?done=webhook-deleted`, 303);
  }

  @StepUp(() => t`send a test`)
  @Post('test')
  async test(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const [application, webhook] = idsOf(address);
    const message = await this.webhooks.test(request.viewer!, application, webhook);
    return reply.redirect(messageHref(application, webhook, message), 303);
  }

  /** Seen by everyone who sees the application. */
  @SeenBy(SeenApplication)
  @Get('messages/:message')
  async message(
    @Param() { application, webhook, message }: Address & { message: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const asked = this.asked(request, application);
    const { row, found } = await this.find(asked, webhook);
    const one = { id: uuidOf(message), limit: 1 };
    const [sent] = await findMessages(this.dataSource, found.id, one);
    if (!sent) throw new NotFound('no such message of this webhook');
    const attempts = await findAttempts(this.dataSource, sent.id);
    return this.pages.send(request, reply, () => {
      const model = messagePage(asked.applicationId, row, found, sent, attempts);
      return { view: 'portal/webhook-message', title: model.event, model };
    });
  }

  @StepUp(() => t`send the message again`)
  @Post('messages/:message')
  async again(
    @Param() { message, ...address }: Address & { message: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const [application, webhook] = idsOf(address);
    await this.webhooks.redeliver(request.viewer!, application, webhook, uuidOf(message));
    return reply.redirect(messageHref(application, webhook, uuidOf(message)), 303);
  }

  private async find(asked: Asked, webhook: string) {
    const row = await findWebhooksOf(this.dataSource, asked);
    const [found] = await findWebhooks(this.dataSource, asked, uuidOf(webhook));
    if (!found) throw new NotFound('no such webhook for this user');
    return { row, found };
  }

  private asked({ viewer }: FastifyRequest, id: string): Asked {
    return { viewer: viewer!, applicationId: uuidOf(id), now: this.clock.now() };
  }
}

function idsOf({ application, webhook }: Address): [string, string] {
  return [uuidOf(application), uuidOf(webhook)];
}
