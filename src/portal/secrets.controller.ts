import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { problemOfName } from '../platform/plain-text.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { instantText } from '../platform/words.js';
import { ledgerOf } from '../reminders/reminders.query.js';
import { freeSecretName } from '../secrets/default-name.js';
import type { Secret } from '../secrets/secret.entity.js';
import { Secrets } from '../secrets/secrets.service.js';
import { ManagedApplication, notManaged } from './application-sight.js';
import { tryLine } from './connect.page.js';
import { createRefusal, secretLine } from './credentials.page.js';
import { type ApplicationRow, findApplications, type SecretRecord } from './credentials.query.js';
import { applicationHref, secretHref } from './hrefs.js';
import { LastDays } from './last-days.js';
import type { ConfirmPage, SecretAction, SecretCreatedPage, SecretNewPage } from './models.js';
import { someone } from './people.page.js';
import { actionsOf, type Begun } from './secret-action.page.js';
import { dayOffOf, secretNewPage, suggestedLastDay } from './secret-new.page.js';
import { secretPage } from './secret.page.js';

class SecretForm {
  name = '';
  lastDay = '';
  /** The day off that the page has warned about. */
  warned = '';
}

class ConfirmForm {
  back = '';
  confirmName = '';
}

interface Address {
  application: string;
  secret: string;
}

interface Found {
  row: ApplicationRow;
  secret: SecretRecord;
}

interface Refused {
  address: Address;
  kind: SecretAction['kind'];
  begun: Begun;
  form: ConfirmForm;
  error: unknown;
}

const titles: Record<SecretAction['kind'], () => string> = {
  'switch-off': () => t`Switch off this secret?`,
  'switch-on': () => t`Switch on this secret?`,
  delete: () => t`Delete this secret?`,
};

/** Create, switch off, switch on, delete: every change needs a fresh code (S1–S10, R9). */
@SeenBy(ManagedApplication)
@Controller('manage-api-credentials/:application/secrets')
export class SecretsController {
  constructor(
    private readonly secrets: Secrets,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
    private readonly lastDays: LastDays,
  ) {}

  /** Where a refused form was shown: who loads it anew gets the form. */
  @Get()
  toForm(@Param('application') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(`${applicationHref(uuidOf(id))}/secrets/new`, 303);
  }

  @Get('new')
  async form(
    @Param('application') id: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.managed(request, id);
    if (createRefusal(row, this.clock.now(), this.config.SECRETS_PER_APPLICATION))
      return reply.redirect(applicationHref(row.id), 303);
    const taken = row.secrets.map(({ name }) => name);
    const asked = readForm(SecretForm, query);
    const now = this.clock.now();
    const form = Object.assign(new SecretForm(), {
      name:
        asked.name ||
        this.pages.speaking(request, () => freeSecretName(request.viewer!.name, taken)),
      lastDay: asked.lastDay || suggestedLastDay(await this.lastDays.factsOf(row, now), now),
    });
    return this.showForm(request, reply, row, form);
  }

  @StepUp(() => t`create the secret`)
  @Post()
  async create(
    @Param('application') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.managed(request, id);
    const form = readForm(SecretForm, body);
    if (await this.isHeld(row, form)) return this.showForm(request, reply, row, form);
    try {
      const { secret, value } = await this.secrets.issue(request.viewer!, row.id, form);
      const now = this.clock.now();
      return this.pages.send(request, reply, () => ({
        view: 'portal/secret-created',
        title: t`Copy your secret now`,
        status: 201,
        model: {
          application: { name: row.name, href: applicationHref(row.id), clientId: row.clientId },
          ...created(row, secret, now),
          value,
          tryLine: tryLine(row, this.config.PUBLIC_URL),
          replaces: row.secrets.some(
            ({ expiresAt, disabledAt }) => expiresAt > now && disabledAt === null,
          ),
        } satisfies SecretCreatedPage,
      }));
    } catch (error) {
      return this.showForm(request, reply, row, form, error);
    }
  }

  @Get(':secret/:kind')
  async confirm(
    @Param() { application, secret, kind }: Address & { kind: string },
    @Query('back') back: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const found = await this.managedSecret(request, application, secret);
    const begun = back === 'secret' ? 'secret' : 'application';
    const { row } = found;
    const now = this.clock.now();
    const find = () => actionsOf(row, found.secret, now, begun).find((each) => each.kind === kind);
    // A button that does not fit any more: the page behind it shows how things are now.
    if (!find()) return reply.redirect(this.pageOf(found), 303);
    return this.showConfirm(request, reply, row, () => find()!);
  }

  @StepUp(() => t`switch off the secret`)
  @Post(':secret/switch-off')
  async switchOff(
    @Param() address: Address,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.change('switch-off', address, body, request, reply);
  }

  @StepUp(() => t`switch on the secret`)
  @Post(':secret/switch-on')
  async switchOn(
    @Param() address: Address,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.change('switch-on', address, body, request, reply);
  }

  @StepUp(() => t`delete the secret`)
  @Post(':secret/delete')
  async delete(
    @Param() address: Address,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.change('delete', address, body, request, reply);
  }

  private async change(
    kind: SecretAction['kind'],
    address: Address,
    body: unknown,
    request: FastifyRequest,
    reply: FastifyReply,
  ): Promise<FastifyReply> {
    const [application, secret] = [uuidOf(address.application), uuidOf(address.secret)];
    const form = readForm(ConfirmForm, body);
    const begun = form.back === 'secret' ? 'secret' : 'application';
    const change = {
      'switch-off': () => this.secrets.switchOff(request.viewer!, application, secret),
      'switch-on': () => this.secrets.switchOn(request.viewer!, application, secret),
      delete: () =>
        this.secrets.deleteByName(request.viewer!, application, secret, form.confirmName),
    };
    try {
      await change[kind]();
    } catch (error) {
      return this.notChanged(request, reply, { address, kind, begun, form, error });
    }
    return reply.redirect(
      begun === 'secret' && kind !== 'delete'
        ? `${secretHref(application, secret)}?done=${secret}`
        : `${applicationHref(application)}?done=${secret}#secrets`,
      303,
    );
  }

  /** The question again with what is missing; of a secret that is gone, who has deleted it. */
  private async notChanged(
    request: FastifyRequest,
    reply: FastifyReply,
    { address, kind, begun, form, error }: Refused,
  ): Promise<FastifyReply> {
    if (error instanceof Forbidden) throw error;
    const found = await this.managedSecret(request, address.application, address.secret);
    const { row, secret } = found;
    const now = this.clock.now();
    if (secret.deletedAt) {
      const ledger = await ledgerOf(this.dataSource, [secret.id], request.viewer!, now);
      return this.pages.send(request, reply, () => ({
        view: 'portal/secret',
        title: secret.name,
        error: new Conflict(() => deletedText(secret)),
        model: secretPage(
          row,
          secret,
          ledger,
          { viewerId: request.viewer!.id, most: this.config.SECRETS_PER_APPLICATION },
          now,
        ),
      }));
    }
    const find = () => actionsOf(row, secret, now, begun).find((each) => each.kind === kind);
    if (!(error instanceof Invalid) || !find()) throw error;
    const again = () => ({ ...find()!, confirmName: fieldsOf(form, error).confirmName });
    return this.showConfirm(request, reply, row, again, error);
  }

  private showConfirm(
    request: FastifyRequest,
    reply: FastifyReply,
    row: ApplicationRow,
    make: () => SecretAction,
    error?: unknown,
  ): FastifyReply {
    return this.pages.send(request, reply, () => {
      const action = make();
      return {
        view: 'portal/confirm',
        title: titles[action.kind](),
        error,
        model: {
          application: { name: row.name, href: applicationHref(row.id) },
          secret: { name: action.secretName, href: secretHref(row.id, action.secretId) },
          action,
        } satisfies ConfirmPage,
      };
    });
  }

  private pageOf({ row, secret }: Found): string {
    return secret.deletedAt ? secretHref(row.id, secret.id) : applicationHref(row.id);
  }

  /** Without a script a day off is first seen by the server: it is said before anything is created. */
  private async isHeld(
    row: ApplicationRow,
    { name, lastDay, warned }: SecretForm,
  ): Promise<boolean> {
    const now = this.clock.now();
    const dayOff = dayOffOf(lastDay.trim(), await this.lastDays.factsOf(row, now), now);
    return dayOff !== undefined && dayOff.day !== warned && problemOfName(name) === undefined;
  }

  private async showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    row: ApplicationRow,
    form: SecretForm,
    error?: unknown,
  ): Promise<FastifyReply> {
    const now = this.clock.now();
    const application = { name: row.name, href: applicationHref(row.id) };
    const facts = await this.lastDays.factsOf(row, now);
    return this.pages.send(request, reply, () => ({
      view: 'portal/secret-new',
      title: t`Create a secret`,
      error,
      model: {
        ...secretNewPage(application, fieldsOf(form, error), facts, now),
        held: request.method === 'POST' && error === undefined,
      } satisfies SecretNewPage,
    }));
  }

  /** Absent 404, seen but not managed 403 (R8). */
  private async managed(
    request: FastifyRequest,
    id: string,
    secretId?: string,
  ): Promise<ApplicationRow> {
    const [row] = await findApplications(this.dataSource, request.viewer!, this.clock.now(), {
      applicationId: uuidOf(id),
      secretId,
      limit: 1,
    });
    if (!row) throw new NotFound('no such application for this user');
    if (!row.mayManage) {
      throw new Forbidden(notManaged);
    }
    return row;
  }

  /** Also one that is deleted: who saw it a moment ago is told what became of it. */
  private async managedSecret(
    request: FastifyRequest,
    id: string,
    secretId: string,
  ): Promise<Found> {
    const row = await this.managed(request, id, uuidOf(secretId));
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
  leak: null,
  acknowledgements: [],
  recent: null,
};

/** What is told of a secret that was created just now. */
function created(row: ApplicationRow, secret: Secret, now: Date) {
  const { name, ends, endsWhen, href } = secretLine(row, { ...secret, ...bare }, now);
  return { name, ends, endsWhen, href };
}

function deletedText({ deletedAt, deletedBy }: SecretRecord): string {
  return t`Nothing was changed: this secret was deleted on ${instantText(deletedAt!)} by ${someone(deletedBy).name}.`;
}
