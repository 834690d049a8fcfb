import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { RoleDecisions } from '../applications/role-decisions.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Invalid, NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { doneNotice } from './done.js';
import { DeclineForm } from './forms.js';
import { instantKey, readInstantCursor } from './instant-cursor.js';
import { slice } from './keyset.js';
import type { RoleRequestsPage } from './models.js';
import { declinePage, queueHref, requestChoices, requestLine } from './role-requests.page.js';
import { countOpenRequests, findRequests, type QueueRow } from './role-requests.query.js';

/** What org admins ask for: approve with one click, or decline with a reason (R5). */
@ItOnly()
@Controller('admin/role-requests')
export class RoleRequestsController {
  constructor(
    private readonly decisions: RoleDecisions,
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

  /** Where the button posts; whoever loads it anew gets the list. */
  @Get(':id/approve')
  toList(@Res() reply: FastifyReply) {
    return reply.redirect(queueHref, 303);
  }

  @StepUp(() => t`approve this request`)
  @Post(':id/approve')
  async approve(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    try {
      await this.decisions.approve(request.viewer!, uuidOf(id));
    } catch (error) {
      if (error instanceof NotFound) throw error;
      return this.showList(request, reply, {}, error);
    }
    return reply.redirect(`${queueHref}?done=request-approved`, 303);
  }

  @Get(':id/decline')
  async ask(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const row = await this.find(id);
    return row ? this.showQuestion(request, reply, row) : reply.redirect(queueHref, 303);
  }

  @StepUp(() => t`decline this request`)
  @Post(':id/decline')
  async decline(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(DeclineForm, body);
    try {
      await this.decisions.decline(request.viewer!, uuidOf(id), form.reason);
    } catch (error) {
      if (error instanceof NotFound) throw error;
      const row = error instanceof Invalid ? await this.find(id) : undefined;
      if (row) return this.showQuestion(request, reply, row, form, error);
      if (error instanceof Invalid) return reply.redirect(queueHref, 303);
      return this.showList(request, reply, {}, error);
    }
    return reply.redirect(`${queueHref}?done=request-declined`, 303);
  }

  /** The request while it is open. @throws NotFound when there is none */
  private async find(id: string): Promise<QueueRow | undefined> {
    const now = this.clock.now();
    const wanted = { open: true, id: uuidOf(id) };
    const [row] = await findRequests(this.dataSource, wanted, undefined, now);
    if (row) return row;
    const [past] = await findRequests(this.dataSource, { ...wanted, open: false }, undefined, now);
    if (!past) throw new NotFound('no such request');
    return undefined;
  }

  private async showList(
    request: FastifyRequest,
    reply: FastifyReply,
    query: Record<string, unknown>,
    error?: unknown,
  ) {
    const now = this.clock.now();
    const open = query.show !== 'decided';
    const cursor = readInstantCursor(query);
    const found = await findRequests(this.dataSource, { open }, cursor, now);
    const keyOf = (row: QueueRow) => instantKey(row.decidedAt ?? row.requestedAt, row.id);
    const { rows, pagination } = slice(found, cursor, keyOf, { show: open ? '' : 'decided' });
    const count = await countOpenRequests(this.dataSource);
    // The menu was counted before the change that this page may be the answer to.
    if (request.attention) request.attention.waiting[queueHref] = count;
    return this.pages.send(request, reply, () => ({
      view: 'admin/role-requests',
      title: t`Role requests`,
      notice: doneNotice(query.done),
      error,
      model: {
        open,
        choices: requestChoices(open, count),
        requests: rows.map((row) => requestLine(row, now)),
        pagination,
      } satisfies RoleRequestsPage,
    }));
  }

  private showQuestion(
    request: FastifyRequest,
    reply: FastifyReply,
    row: QueueRow,
    form?: DeclineForm,
    error?: unknown,
  ) {
    return this.pages.send(request, reply, () => ({
      view: 'admin/role-request-decline',
      title: t`Decline this request?`,
      error,
      model: declinePage(row, this.clock.now(), form, error),
    }));
  }
}
