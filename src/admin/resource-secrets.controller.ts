import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { confirmPage } from './confirm.page.js';
import { endText } from '../platform/words.js';
import { freeSecretName } from '../secrets/default-name.js';
import { latestLastDay } from '../secrets/expiry.js';
import { ResourceSecrets } from '../secrets/resource-secrets.service.js';
import { SecretForm } from './forms.js';
import { resourceHref } from './hrefs.js';
import type { ServerSecretCreatedPage } from './models.js';
import {
  resourceText,
  type SecretTurn,
  serverSecretNewPage,
  serverSecretTurnPage,
} from './resource-secret.page.js';
import { findResource, type ResourceRow } from './resources.query.js';

/** Secrets of a resource server: the same rules as for any secret (S2–S10). */
@ItOnly()
@Controller('admin/resources/:id/secrets')
export class ResourceSecretsController {
  constructor(
    private readonly secrets: ResourceSecrets,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  /** Where a refused form was shown: who loads it anew gets the form. */
  @Get()
  toForm(@Param('id') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(`${resourceHref(uuidOf(id))}/secrets/new`, 303);
  }

  @Get('new')
  async form(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const row = await this.find(id);
    const taken = row.secrets.map(({ name }) => name);
    const form = Object.assign(new SecretForm(), {
      name: this.pages.speaking(request, () => freeSecretName(request.viewer!.name, taken)),
      lastDay: latestLastDay(this.clock.now()),
    });
    return this.showForm(request, reply, row, form);
  }

  @StepUp(() => t`create the secret`)
  @Post()
  async create(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const form = readForm(SecretForm, body);
    try {
      const { secret, value } = await this.secrets.issue(request.viewer!, row.id, form);
      const { expiresAt } = secret;
      return this.pages.send(request, reply, () => ({
        view: 'admin/resource-secret-created',
        title: t`Copy this secret now`,
        status: 201,
        model: {
          resource: resourceText(row),
          href: resourceHref(row.id),
          clientId: row.id,
          name: secret.name,
          value,
          ends: { iso: expiresAt.toISOString(), text: endText(expiresAt) },
        } satisfies ServerSecretCreatedPage,
      }));
    } catch (error) {
      return this.showForm(request, reply, row, form, error);
    }
  }

  @Get(':secret/:turn')
  async ask(
    @Param('id') id: string,
    @Param('secret') secretId: string,
    @Param('turn') turn: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const secret = row.secrets.find((each) => each.id === uuidOf(secretId));
    if (!secret) throw new NotFound('no such secret of this resource server');
    const fits = secret.disabledAt ? ['switch-on', 'delete'] : ['switch-off', 'delete'];
    // A question that does not fit any more: the page behind it shows how things are now.
    if (!fits.includes(turn)) return reply.redirect(resourceHref(row.id), 303);
    const now = this.clock.now();
    return this.pages.send(request, reply, () =>
      confirmPage(serverSecretTurnPage(row, secret, turn as SecretTurn, now)),
    );
  }

  @StepUp(() => t`switch off the secret`)
  @Post(':secret/switch-off')
  async switchOff(
    @Param('id') id: string,
    @Param('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.secrets.switchOff(request.viewer!, uuidOf(id), uuidOf(secretId));
    return reply.redirect(`${resourceHref(uuidOf(id))}?done=secret-off`, 303);
  }

  @StepUp(() => t`switch on the secret`)
  @Post(':secret/switch-on')
  async switchOn(
    @Param('id') id: string,
    @Param('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.secrets.switchOn(request.viewer!, uuidOf(id), uuidOf(secretId));
    return reply.redirect(`${resourceHref(uuidOf(id))}?done=secret-on`, 303);
  }

  @StepUp(() => t`delete the secret`)
  @Post(':secret/delete')
  async delete(
    @Param('id') id: string,
    @Param('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.secrets.delete(request.viewer!, uuidOf(id), uuidOf(secretId));
    return reply.redirect(`${resourceHref(uuidOf(id))}?done=secret-deleted`, 303);
  }

  private showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    row: ResourceRow,
    form: SecretForm,
    error?: unknown,
  ) {
    return this.pages.send(request, reply, () => ({
      view: 'admin/resource-secret-new',
      title: t`Create a secret`,
      error,
      model: serverSecretNewPage(row, fieldsOf(form, error), this.clock.now()),
    }));
  }

  private async find(id: string): Promise<ResourceRow> {
    const row = await findResource(this.dataSource, uuidOf(id));
    if (!row) throw new NotFound('no such resource');
    return row;
  }
}
