import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import type { ApplicationKind } from '../applications/application-name.js';
import { Applications } from '../applications/applications.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { checkForm, fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { applicationNewPage } from './application-new.page.js';
import { type Turn, turnPage } from './application-confirm.page.js';
import { domainsFor } from './application-domains.js';
import { applicationPage } from './application.page.js';
import { confirmPage } from './confirm.page.js';
import {
  type ApplicationFacts,
  findApplication,
  findForNewApplication,
} from './applications.query.js';
import { doneNotice } from './done.js';
import { ApplicationForm } from './forms.js';
import { applicationHref, organisationHref } from './hrefs.js';

const turned = { disable: 'disabled', enable: 'enabled', delete: 'deleted' } as const;

/** Applications: create, look at, disable, enable, delete (A1–A3, A8). */
@ItOnly()
@Controller('admin')
export class ApplicationsController {
  constructor(
    private readonly applications: Applications,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
    private readonly config: Config,
  ) {}

  @Get('organisations/:id/applications/new')
  form(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = Object.assign(new ApplicationForm(), { kind: 'partner' });
    return this.showForm(request, reply, uuidOf(id), form);
  }

  /** Where a refused form was shown: who loads it anew gets the form. */
  @Get('organisations/:id/applications')
  toForm(@Param('id') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(`${organisationHref(uuidOf(id))}/applications/new`, 303);
  }

  @StepUp(() => t`create the application`)
  @Post('organisations/:id/applications')
  async create(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const organisationId = uuidOf(id);
    const form = readForm(ApplicationForm, body);
    try {
      checkForm(form);
      const made = await this.applications.create(request.viewer!, {
        organisationId,
        kind: form.kind as ApplicationKind,
        apiCode: form.apiCode,
      });
      return await reply.redirect(`${applicationHref(made.id)}?done=application-created`, 303);
    } catch (error) {
      return this.showForm(request, reply, organisationId, form, error);
    }
  }

  @Get('applications/:id')
  async show(
    @Param('id') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const now = this.clock.now();
    const domains = await domainsFor(
      this.dataSource,
      this.config,
      { viewer: request.viewer!, now },
      row,
    );
    return this.pages.send(request, reply, () => ({
      view: 'admin/application',
      title: row.name,
      notice: doneNotice(done),
      model: applicationPage(row, now, domains),
    }));
  }

  @Get('applications/:id/:turn')
  async ask(
    @Param('id') id: string,
    @Param('turn') turn: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    // A question that does not fit any more: the page behind it shows how things are now.
    if (!turnsOf(row).includes(turn as Turn)) return reply.redirect(applicationHref(row.id), 303);
    return this.pages.send(request, reply, () => confirmPage(turnPage(row, turn as Turn)));
  }

  @StepUp(() => t`disable the application`)
  @Post('applications/:id/disable')
  disable(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.turn('disable', id, request, reply);
  }

  @StepUp(() => t`enable the application`)
  @Post('applications/:id/enable')
  enable(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.turn('enable', id, request, reply);
  }

  @StepUp(() => t`delete the application`)
  @Post('applications/:id/delete')
  delete(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.turn('delete', id, request, reply);
  }

  private async turn(turn: Turn, id: string, request: FastifyRequest, reply: FastifyReply) {
    await this.applications[turn](request.viewer!, uuidOf(id));
    return reply.redirect(`${applicationHref(uuidOf(id))}?done=${turned[turn]}`, 303);
  }

  private async find(id: string): Promise<ApplicationFacts> {
    const row = await findApplication(this.dataSource, uuidOf(id), this.clock.now());
    if (!row) throw new NotFound('no such application');
    return row;
  }

  private async showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    organisationId: string,
    form: ApplicationForm,
    error?: unknown,
  ) {
    const row = await findForNewApplication(this.dataSource, organisationId);
    if (!row) throw new NotFound('no such organisation');
    return this.pages.send(request, reply, () => ({
      view: 'admin/application-new',
      title: t`New application`,
      error,
      model: applicationNewPage(row, fieldsOf(form, error)),
    }));
  }
}

function turnsOf({ deletedAt, disabledAt }: ApplicationFacts): Turn[] {
  if (deletedAt) return [];
  return [disabledAt ? 'enable' : 'disable', 'delete'];
}
