import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { freeSecretName } from '../secrets/default-name.js';
import { latestLastDay } from '../secrets/expiry.js';
import { Secrets } from '../secrets/secrets.service.js';
import { actionsOf, applicationHref, createRefusal, secretLine } from './credentials.page.js';
import { type ApplicationRow, findApplications, type SecretRecord } from './credentials.query.js';
import type { ConfirmPage, SecretAction, SecretCreatedPage } from './models.js';
import { secretNewPage } from './secret-new.page.js';

class SecretForm {
  name = '';
  lastDay = '';
}

const titles: Record<SecretAction['kind'], string> = {
  'switch-off': 'Switch off this secret?',
  'switch-on': 'Switch on this secret?',
  delete: 'Delete this secret?',
};

/** Create, switch off, switch on, delete: every change needs a fresh code (S1–S10, R9). */
@Controller('manage-api-credentials/:application/secrets')
export class SecretsController {
  constructor(
    private readonly secrets: Secrets,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get('new')
  async form(
    @Param('application') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.managed(request, id);
    if (createRefusal(row, this.clock.now(), this.config.SECRETS_PER_APPLICATION))
      return reply.redirect(applicationHref(row.id), 303);
    const form = Object.assign(new SecretForm(), {
      name: freeSecretName(
        request.viewer!.name,
        row.secrets.map(({ name }) => name),
      ),
      lastDay: latestLastDay(this.clock.now()),
    });
    return this.showForm(request, reply, row, form);
  }

  @StepUp('create the secret')
  @Post()
  async create(
    @Param('application') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.managed(request, id);
    const form = readForm(SecretForm, body);
    try {
      const { secret, value } = await this.secrets.issue(request.viewer!, row.id, form);
      const now = this.clock.now();
      const { ends, endsWhen, href } = secretLine(row, { ...secret, ...bare }, now);
      return this.pages.send(request, reply, {
        view: 'portal/secret-created',
        title: 'Copy your secret now',
        status: 201,
        model: {
          application: { name: row.name, href: applicationHref(row.id), clientId: row.clientId },
          href,
          name: secret.name,
          value,
          ends,
          endsWhen,
          replaces: row.secrets.some(
            ({ expiresAt, disabledAt }) => expiresAt > now && disabledAt === null,
          ),
        } satisfies SecretCreatedPage,
      });
    } catch (error) {
      return this.showForm(request, reply, row, form, error);
    }
  }

  @Get(':secret/:kind')
  async confirm(
    @Param('application') id: string,
    @Param('secret') secretId: string,
    @Param('kind') kind: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { row, secret } = await this.managedSecret(request, id, secretId);
    const action = actionsOf(row, secret, this.clock.now()).find((each) => each.kind === kind);
    // A button that does not fit any more: the page behind it shows how things are now.
    if (!action) return reply.redirect(applicationHref(row.id), 303);
    return this.pages.send(request, reply, {
      view: 'portal/confirm',
      title: titles[action.kind],
      model: {
        application: { name: row.name, href: applicationHref(row.id) },
        action,
      } satisfies ConfirmPage,
    });
  }

  @StepUp('switch off the secret')
  @Post(':secret/switch-off')
  async switchOff(
    @Param('application') id: string,
    @Param('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.secrets.switchOff(request.viewer!, uuidOf(id), uuidOf(secretId));
    return reply.redirect(`${applicationHref(id)}?done=switch-off`, 303);
  }

  @StepUp('switch on the secret')
  @Post(':secret/switch-on')
  async switchOn(
    @Param('application') id: string,
    @Param('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.secrets.switchOn(request.viewer!, uuidOf(id), uuidOf(secretId));
    return reply.redirect(`${applicationHref(id)}?done=switch-on`, 303);
  }

  @StepUp('delete the secret')
  @Post(':secret/delete')
  async delete(
    @Param('application') id: string,
    @Param('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.secrets.delete(request.viewer!, uuidOf(id), uuidOf(secretId));
    return reply.redirect(`${applicationHref(id)}?done=delete`, 303);
  }

  private showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    row: ApplicationRow,
    form: SecretForm,
    error?: unknown,
  ): FastifyReply {
    return this.pages.send(request, reply, {
      view: 'portal/secret-new',
      title: 'Create a secret',
      error,
      model: secretNewPage(
        { name: row.name, href: applicationHref(row.id) },
        fieldsOf(form, error),
        this.clock.now(),
      ),
    });
  }

  /** Absent 404, seen but not managed 403 (R8). */
  private async managed(request: FastifyRequest, id: string): Promise<ApplicationRow> {
    const [row] = await findApplications(this.dataSource, request.viewer!, this.clock.now(), {
      applicationId: uuidOf(id),
      limit: 1,
    });
    if (!row) throw new NotFound('no such application for this user');
    if (!row.mayManage) {
      throw new Forbidden('Only the credential managers of this application can do this.');
    }
    return row;
  }

  private async managedSecret(
    request: FastifyRequest,
    id: string,
    secretId: string,
  ): Promise<{ row: ApplicationRow; secret: SecretRecord }> {
    const row = await this.managed(request, id);
    const secret = row.secrets.find((each) => each.id === uuidOf(secretId));
    if (!secret) throw new NotFound('no such secret in this application');
    return { row, secret };
  }
}

/** A secret that was created just now has no history yet. */
const bare = {
  createdBy: null,
  disabledBy: null,
  deletedBy: null,
  lastReminder: null,
  acknowledgements: [],
};
