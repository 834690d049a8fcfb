import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { PasswordResets } from '../authentication/password-resets.service.js';
import { Resets } from '../authentication/resets.service.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import type { Notice } from '../platform/web/frame.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { Users } from '../users/users.service.js';
import { closePage, coverText } from './close.page.js';
import { confirmPage } from './confirm.page.js';
import { type Done, doneNotice } from './done.js';
import { ForgottenForm, ResetForm } from './forms.js';
import { userHref } from './hrefs.js';
import { type Typed, userPage } from './user.page.js';
import { type CoverRow, findThinCover, findUser, type UserFacts } from './user.query.js';

/** One account: look, invite again, reset the factor, close (R2, R12, R13). */
@ItOnly()
@Controller('admin/users/:id')
export class UserController {
  constructor(
    private readonly users: Users,
    private readonly resets: Resets,
    private readonly passwordResets: PasswordResets,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(
    @Param('id') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const now = this.clock.now();
    const thin =
      done === 'closed' && row.closedAt ? await findThinCover(this.dataSource, row.id, now) : [];
    return this.pages.send(request, reply, () => ({
      view: 'admin/user',
      title: row.name,
      notice: closedNotice(doneNotice(done), thin),
      model: userPage(row, request.viewer!, now),
    }));
  }

  @StepUp(() => t`send the invitation again`)
  @Post('invitation')
  async inviteAgain(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      await this.users.inviteAgain(request.viewer!, uuidOf(id));
      return await this.done(reply, id, 'invited-again');
    } catch (error) {
      return this.showAgain(request, reply, id, { error });
    }
  }

  @StepUp(() => t`reset the second factor`)
  @Post('factor-reset')
  async resetFactor(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const reset = readForm(ResetForm, body);
    try {
      await this.resets.resetFactor(request.viewer!, uuidOf(id), reset.identityCheck);
      return await this.done(reply, id, 'factor-reset');
    } catch (error) {
      return this.showAgain(request, reply, id, { reset, error });
    }
  }

  @StepUp(() => t`send a link for another password`)
  @Post('password-reset')
  async sendPasswordReset(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const forgotten = readForm(ForgottenForm, body);
    try {
      await this.passwordResets.send(request.viewer!, uuidOf(id), forgotten.identityCheck);
      return await this.done(reply, id, 'password-reset-sent');
    } catch (error) {
      return this.showAgain(request, reply, id, { forgotten, error });
    }
  }

  @StepUp(() => t`end all sessions of this person`)
  @Post('sessions/end')
  async endSessions(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.resets.endSessions(request.viewer!, uuidOf(id));
    return this.done(reply, id, 'sessions-ended');
  }

  @Get('close')
  async askToClose(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    if (row.closedAt || row.id === request.viewer!.id) return reply.redirect(userHref(row.id), 303);
    const now = this.clock.now();
    const cover = await findThinCover(this.dataSource, row.id, now);
    return this.pages.send(request, reply, () => confirmPage(closePage(row, cover, now)));
  }

  @StepUp(() => t`close this account`)
  @Post('close')
  async close(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    try {
      await this.users.close(request.viewer!, uuidOf(id));
      return await this.done(reply, id, 'closed');
    } catch (error) {
      return this.showAgain(request, reply, id, { error });
    }
  }

  /** Addresses of the page's forms: who loads one anew gets the page itself. */
  @Get(['invitation', 'factor-reset', 'password-reset', 'sessions/end', 'roles', 'it'])
  backToPage(@Param('id') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(userHref(uuidOf(id)), 303);
  }

  private done(reply: FastifyReply, id: string, done: Done) {
    return reply.redirect(`${userHref(uuidOf(id))}?done=${done}`, 303);
  }

  private async find(id: string): Promise<UserFacts> {
    const row = await findUser(this.dataSource, uuidOf(id), this.clock.now());
    if (!row) throw new NotFound('no such user');
    return row;
  }

  private async showAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    typed: Typed & { error: unknown },
  ) {
    if (typed.error instanceof NotFound) throw typed.error;
    const row = await this.find(id);
    return this.pages.send(request, reply, () => ({
      view: 'admin/user',
      title: row.name,
      error: typed.error,
      model: userPage(row, request.viewer!, this.clock.now(), typed),
    }));
  }
}

/** A closed account can leave applications without anybody: that is said once more. */
function closedNotice(notice: Notice | undefined, thin: CoverRow[]): Notice | undefined {
  const cover = coverText(thin);
  return notice && cover ? { kind: 'warning', text: `${notice.text} ${cover}` } : notice;
}
