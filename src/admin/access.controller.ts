import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Applications } from '../applications/applications.service.js';
import { Roles } from '../applications/roles.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { checkForm, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { withdrawGrantPage } from './application-confirm.page.js';
import { domainsFor } from './application-domains.js';
import { applicationPage } from './application.page.js';
import { findApplication } from './applications.query.js';
import { confirmPage } from './confirm.page.js';
import { goneFromList, ManagerForm } from './forms.js';
import { applicationHref } from './hrefs.js';

/** What an application may reach and who manages it (A6, A7, R3–R6). */
@ItOnly()
@Controller('admin/applications/:id')
export class AccessController {
  constructor(
    private readonly applications: Applications,
    private readonly roles: Roles,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
    private readonly config: Config,
  ) {}

  @StepUp(() => t`grant the resource`)
  @Post('grants')
  async grant(
    @Param('id') id: string,
    @Body() body: { resourceId?: unknown } | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      const resourceId = uuidOf(String(body?.resourceId));
      await this.applications.grant(request.viewer!, uuidOf(id), resourceId);
      return await reply.redirect(`${applicationHref(uuidOf(id))}?done=granted`, 303);
    } catch (error) {
      return this.showAgain(request, reply, id, error);
    }
  }

  @Get('grants/:resource/withdraw')
  async askWithdrawal(
    @Param('id') id: string,
    @Param('resource') resourceId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const resource = row.resources.find((each) => each.id === uuidOf(resourceId));
    if (!resource?.grantedAt || row.deletedAt) return reply.redirect(applicationHref(row.id), 303);
    return this.pages.send(request, reply, () => confirmPage(withdrawGrantPage(row, resource)));
  }

  @StepUp(() => t`withdraw the grant`)
  @Post('grants/:resource/withdraw')
  async withdrawGrant(
    @Param('id') id: string,
    @Param('resource') resourceId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.applications.withdrawGrant(request.viewer!, uuidOf(id), uuidOf(resourceId));
    return reply.redirect(`${applicationHref(uuidOf(id))}?done=grant-withdrawn`, 303);
  }

  @StepUp(() => t`give this role`)
  @Post('managers')
  async makeManager(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const applicationId = uuidOf(id);
    const form = readForm(ManagerForm, body);
    try {
      checkForm(form);
      const wish = { ...form, role: 'credential_manager' as const, applicationId };
      await this.roles.give(request.viewer!, wish);
      return await reply.redirect(`${applicationHref(applicationId)}?done=role-given`, 303);
    } catch (error) {
      const told = goneFromList(
        error,
        'userId',
        () => t`This person has no open account any more.`,
      );
      return this.showAgain(request, reply, id, told, form);
    }
  }

  private async find(id: string) {
    const row = await findApplication(this.dataSource, uuidOf(id), this.clock.now());
    if (!row) throw new NotFound('no such application');
    return row;
  }

  private async showAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    error: unknown,
    form?: ManagerForm,
  ) {
    if (error instanceof NotFound) throw error;
    const row = await this.find(id);
    if (row.deletedAt) throw new NotFound('no such resource, or deleted');
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
      error,
      model: applicationPage(row, now, domains, form, error),
    }));
  }
}
