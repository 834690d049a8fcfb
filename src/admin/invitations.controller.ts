import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { Users } from '../users/users.service.js';
import { type Done, doneNotice } from './done.js';
import { instantKey, readInstantCursor } from './instant-cursor.js';
import { invitationsHref } from './hrefs.js';
import { invitationLine } from './invitations.page.js';
import { findInvitations } from './invitations.query.js';
import { slice } from './keyset.js';
import type { InvitationsPage } from './models.js';

/** Who was invited and has not come yet: send the link again, or make it void (R2). */
@ItOnly()
@Controller('admin/invitations')
export class InvitationsController {
  constructor(
    private readonly users: Users,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.showList(request, reply, query);
  }

  /** Where the buttons post; whoever loads it anew gets the list. */
  @Get([':user/resend', ':user/revoke'])
  toList(@Res() reply: FastifyReply) {
    return reply.redirect(invitationsHref, 303);
  }

  @StepUp(() => t`send the invitation again`)
  @Post(':user/resend')
  resend(@Param('user') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const work = () => this.users.inviteAgain(request.viewer!, uuidOf(id));
    return this.change(request, reply, work, 'invited-again');
  }

  @StepUp(() => t`revoke the invitation`)
  @Post(':user/revoke')
  revoke(@Param('user') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const work = () => this.users.revokeInvitation(request.viewer!, uuidOf(id));
    return this.change(request, reply, work, 'invitation-revoked');
  }

  private async change(
    request: FastifyRequest,
    reply: FastifyReply,
    work: () => Promise<void>,
    done: Done,
  ) {
    try {
      await work();
    } catch (error) {
      if (error instanceof NotFound) throw error;
      return this.showList(request, reply, {}, error);
    }
    return reply.redirect(`${invitationsHref}?done=${done}`, 303);
  }

  private async showList(
    request: FastifyRequest,
    reply: FastifyReply,
    query: Record<string, unknown>,
    error?: unknown,
  ) {
    const cursor = readInstantCursor(query);
    const found = await findInvitations(this.dataSource, cursor);
    const keyOf = (row: (typeof found)[number]) => instantKey(row.expiresAt, row.id);
    const { rows, pagination } = slice(found, cursor, keyOf, {});
    const now = this.clock.now();
    return this.pages.send(request, reply, () => ({
      view: 'admin/invitations',
      title: t`Open invitations`,
      notice: doneNotice(query.done),
      error,
      model: {
        invitations: rows.map((row) => invitationLine(row, now)),
        pagination,
      } satisfies InvitationsPage,
    }));
  }
}
