import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { RoleRequests } from '../applications/role-requests.service.js';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { checkForm, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { doneNotice } from './done.js';
import type { RoleRequestsPage } from './models.js';
import { OrgAdminsOnly } from './org-admin-sight.js';
import {
  questionOf,
  RoleRequestForm,
  roleRequestLine,
  roleRequestNewPage,
} from './role-requests.page.js';
import { findOwnRequests, findRequestChoices } from './role-requests.query.js';

/** An org admin asks IT for roles in the own organisation, and sees what became of it (R5). */
@SeenBy(OrgAdminsOnly)
@Controller('role-requests')
export class RoleRequestsController {
  constructor(
    private readonly requests: RoleRequests,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  list(@Query('done') done: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showList(request, reply, { done });
  }

  @Get('new')
  form(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showForm(request, reply);
  }

  @StepUp(() => t`ask for this role`)
  @Post()
  async file(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = readForm(RoleRequestForm, body);
    try {
      checkForm(form);
      await this.requests.file(request.viewer!, questionOf(form));
    } catch (error) {
      if (error instanceof NotFound) throw error;
      return this.showForm(request, reply, form, error);
    }
    return reply.redirect('/role-requests?done=role-asked', 303);
  }

  /** The form's address, loaded anew. */
  @Get(':id/withdraw')
  toList(@Res() reply: FastifyReply) {
    return reply.redirect('/role-requests', 303);
  }

  @StepUp(() => t`withdraw this request`)
  @Post(':id/withdraw')
  async withdraw(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      await this.requests.withdraw(request.viewer!, uuidOf(id));
    } catch (error) {
      if (error instanceof NotFound) throw error;
      return this.showList(request, reply, { error });
    }
    return reply.redirect('/role-requests?done=role-not-asked', 303);
  }

  private async showList(
    request: FastifyRequest,
    reply: FastifyReply,
    shown: { done?: unknown; error?: unknown },
  ) {
    const viewer = this.orgAdmin(request);
    const rows = await findOwnRequests(this.dataSource, viewer.id, this.clock.now());
    return this.pages.send(request, reply, () => ({
      view: 'portal/role-requests',
      title: t`Role requests`,
      notice: doneNotice(shown.done),
      error: shown.error,
      model: { requests: rows.map(roleRequestLine) } satisfies RoleRequestsPage,
    }));
  }

  private async showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    form?: RoleRequestForm,
    error?: unknown,
  ) {
    const now = this.clock.now();
    const choices = await findRequestChoices(this.dataSource, this.orgAdmin(request).id, now);
    if (!choices) throw new NotFound('not an org admin');
    return this.pages.send(request, reply, () => ({
      view: 'portal/role-request-new',
      title: t`Ask for a role`,
      error,
      model: roleRequestNewPage(choices, now, form, error),
    }));
  }

  private orgAdmin({ viewer }: FastifyRequest) {
    if (!viewer?.may.has('role_requests.file')) throw new NotFound('for org admins only');
    return viewer;
  }
}
