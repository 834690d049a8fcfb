import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { Webhooks } from '../webhooks/webhooks.service.js';
import { ManagedApplication, notManaged, SeenApplication } from './application-sight.js';
import { doneNotice } from './done.js';
import { applicationHref } from './hrefs.js';
import type { WebhookNewPage, WebhooksPage } from './models.js';
import { listed, webhookLine, webhookPage, webhooksHref } from './webhooks.page.js';
import { type Asked, findMessages, findWebhooks, findWebhooksOf } from './webhooks.query.js';
import { secretPage } from './webhook-secret.page.js';

class WebhookForm {
  domainId = '';
  url = '';
}

/** Webhooks of an application: the list, a new one, and the page of one with its messages. */
@SeenBy(SeenApplication)
@Controller('manage-api-credentials/:application/webhooks')
export class WebhooksController {
  constructor(
    private readonly webhooks: Webhooks,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Param('application') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const asked = this.asked(request, id);
    const { applicationId } = asked;
    const row = await findWebhooksOf(this.dataSource, asked);
    const rows = await findWebhooks(this.dataSource, asked);
    return this.pages.send(request, reply, () => ({
      view: 'portal/webhooks',
      title: t`Webhooks of ${row.name}`,
      notice: doneNotice(done),
      model: {
        application: { name: row.name, href: applicationHref(applicationId) },
        webhooks: rows.map((each) => webhookLine(applicationId, row.mayManage, each)),
        hasDomain: row.domains.length > 0,
        addHref:
          row.mayManage && row.domains.length > 0
            ? `${webhooksHref(applicationId)}/new`
            : undefined,
      } satisfies WebhooksPage,
    }));
  }

  @SeenBy(ManagedApplication)
  @Get('new')
  form(
    @Param('application') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.showForm(request, reply, this.asked(request, id));
  }

  @SeenBy(ManagedApplication)
  @StepUp(() => t`add the webhook`)
  @Post()
  async add(
    @Param('application') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const asked = this.asked(request, id);
    const form = readForm(WebhookForm, body);
    try {
      const { viewer, applicationId } = asked;
      const made = await this.webhooks.add(viewer, applicationId, form);
      const row = await findWebhooksOf(this.dataSource, asked);
      const [webhook] = await findWebhooks(this.dataSource, asked, made.id);
      return secretPage(this.pages, request, reply, {
        applicationId,
        row,
        webhook: webhook!,
        made,
      });
    } catch (error) {
      if (error instanceof NotFound) throw error;
      return this.showForm(request, reply, asked, form, error);
    }
  }

  @Get(':webhook')
  async show(
    @Param() { application, webhook }: { application: string; webhook: string },
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const asked = this.asked(request, application);
    const row = await findWebhooksOf(this.dataSource, asked);
    const [found] = await findWebhooks(this.dataSource, asked, uuidOf(webhook));
    if (!found) throw new NotFound('no such webhook for this user');
    const messages = await findMessages(this.dataSource, found.id, { limit: listed + 1 });
    return this.pages.send(request, reply, () => ({
      view: 'portal/webhook',
      title: t`Webhook`,
      notice: doneNotice(done),
      model: webhookPage(asked.applicationId, row, found, messages),
    }));
  }

  private async showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    asked: Asked,
    form = new WebhookForm(),
    error?: unknown,
  ) {
    const row = await findWebhooksOf(this.dataSource, asked);
    if (!row.mayManage) throw new Forbidden(notManaged);
    const { applicationId } = asked;
    if (row.domains.length === 0) return reply.redirect(webhooksHref(applicationId), 303);
    const only = row.domains.length === 1 ? row.domains[0]!.id : '';
    return this.pages.send(request, reply, () => {
      const fields = fieldsOf(form, error);
      return {
        view: 'portal/webhook-new',
        title: t`Add a webhook`,
        error,
        model: {
          application: { name: row.name, href: applicationHref(applicationId) },
          href: webhooksHref(applicationId),
          ...fields,
          domainId: { ...fields.domainId, value: form.domainId || only },
          domains: [
            { value: '', label: t`Choose a domain` },
            ...row.domains.map(({ id, host, environment }) => ({
              value: id,
              label: environment === 'test' ? t`${host} (test)` : host,
            })),
          ],
        } satisfies WebhookNewPage,
      };
    });
  }

  private asked({ viewer }: FastifyRequest, id: string): Asked {
    return { viewer: viewer!, applicationId: uuidOf(id), now: this.clock.now() };
  }
}
