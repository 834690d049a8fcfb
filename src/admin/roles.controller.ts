import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Roles } from '../applications/roles.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { checkForm, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { confirmPage } from './confirm.page.js';
import { renamed, RoleForm } from './forms.js';
import { userHref } from './hrefs.js';
import { type Typed, userPage } from './user.page.js';
import { findUser } from './user.query.js';
import { type AssignmentRow, findAssignment } from './roles.query.js';
import { type Back, backHref, withdrawRolePage } from './withdraw-role.page.js';

/** Gives roles to a user and withdraws them (R3–R6). */
@ItOnly()
@Controller('admin')
export class RolesController {
  constructor(
    private readonly roles: Roles,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @StepUp(() => t`give this role`)
  @Post('users/:id/roles')
  async give(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const userId = uuidOf(id);
    const form = readForm(RoleForm, body);
    try {
      checkForm(form);
      const [role, applicationId] = form.role.split(' ') as [string, string?];
      await this.roles.give(request.viewer!, { ...form, userId, role, applicationId });
      return await reply.redirect(`${userHref(userId)}?done=role-given`, 303);
    } catch (error) {
      const told = renamed(error, 'applicationId', 'role');
      return this.showAgain(request, reply, userId, { role: form, error: told });
    }
  }

  @StepUp(() => t`give this role`)
  @Post('users/:id/it')
  async giveIt(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const userId = uuidOf(id);
    try {
      await this.roles.give(request.viewer!, { userId, role: 'it' });
      return await reply.redirect(`${userHref(userId)}?done=role-given`, 303);
    } catch (error) {
      return this.showAgain(request, reply, userId, { error });
    }
  }

  @Get('roles/:id/withdraw')
  async askWithdrawal(
    @Param('id') id: string,
    @Query('back') back: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.showQuestion(request, reply, await this.find(id), placeOf(back));
  }

  @StepUp(() => t`withdraw this role`)
  @Post('roles/:id/withdraw')
  async withdraw(
    @Param('id') id: string,
    @Body() body: { back?: unknown } | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const back = placeOf(body?.back);
    try {
      await this.roles.withdraw(request.viewer!, row.id);
      return await reply.redirect(`${backHref(row, back)}?done=role-withdrawn`, 303);
    } catch (error) {
      return this.showQuestion(request, reply, row, back, error);
    }
  }

  private async find(id: string): Promise<AssignmentRow> {
    const row = await findAssignment(this.dataSource, uuidOf(id), this.clock.now());
    if (!row) throw new NotFound('no such role, or withdrawn');
    return row;
  }

  private showQuestion(
    request: FastifyRequest,
    reply: FastifyReply,
    row: AssignmentRow,
    back: Back,
    error?: unknown,
  ) {
    return this.pages.send(request, reply, () => ({
      ...confirmPage(withdrawRolePage(row, back)),
      error,
    }));
  }

  private async showAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    userId: string,
    typed: Typed & { error: unknown },
  ) {
    if (typed.error instanceof NotFound) throw typed.error;
    const row = await findUser(this.dataSource, userId, this.clock.now());
    if (!row) throw new NotFound('no such user, or closed');
    return this.pages.send(request, reply, () => ({
      view: 'admin/user',
      title: row.name,
      error: typed.error,
      model: userPage(row, request.viewer!, this.clock.now(), typed),
    }));
  }
}

function placeOf(back: unknown): Back {
  return back === 'application' ? 'application' : 'user';
}
