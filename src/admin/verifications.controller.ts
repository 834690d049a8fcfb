import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Resources } from '../applications/resources.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { Verifications } from '../sign-token/verifications.service.js';
import { doneNotice } from './done.js';
import { resourceHref, verificationsHref } from './hrefs.js';
import { instantKey, readInstantCursor } from './instant-cursor.js';
import { slice } from './keyset.js';
import type { VerificationPage, VerificationsPage } from './models.js';
import { DecisionForm, verificationLine, verificationPage } from './verifications.page.js';
import {
  countPendingVerifications,
  findVerification,
  findVerifications,
  type VerificationRow,
} from './verifications.query.js';

/** Managers ask that their application is verified; IT decides, with a word. */
@ItOnly()
@Controller('admin')
export class VerificationsController {
  constructor(
    private readonly verifications: Verifications,
    private readonly resources: Resources,
    private readonly dataSource: DataSource,
    private readonly pages: Pages,
  ) {}

  @Get('verifications')
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const open = query.show !== 'decided';
    const cursor = readInstantCursor(query);
    const found = await findVerifications(this.dataSource, open, cursor);
    const keyOf = (row: VerificationRow) => instantKey(row.decidedAt ?? row.requestedAt, row.id);
    const { rows, pagination } = slice(found, cursor, keyOf, { show: open ? '' : 'decided' });
    const count = await countPendingVerifications(this.dataSource);
    return this.pages.send(request, reply, () => ({
      view: 'admin/verifications',
      title: t`Verifications`,
      notice: doneNotice(query.done),
      model: {
        open,
        choices: [
          { text: t`Open (${count})`, href: verificationsHref, current: open },
          { text: t`Decided`, href: `${verificationsHref}?show=decided`, current: !open },
        ],
        requests: rows.map(verificationLine),
        pagination,
      } satisfies VerificationsPage,
    }));
  }

  @Get('verifications/:id')
  async show(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showOne(await this.find(id), request, reply);
  }

  @StepUp(() => t`decide about this verification`)
  @Post('verifications/:id')
  async decide(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const form = readForm(DecisionForm, body);
    try {
      const done = await this.done(request, row.id, form);
      return await reply.redirect(`${verificationsHref}?done=${done}`, 303);
    } catch (error) {
      return this.showOne(await this.find(id), request, reply, form, error);
    }
  }

  private async done(
    { viewer }: FastifyRequest,
    id: string,
    { decision, note }: DecisionForm,
  ): Promise<string> {
    if (decision === 'take-back') {
      await this.verifications.withdraw(viewer!, id);
      return 'verification-ended';
    }
    if (decision !== 'accept' && decision !== 'decline') {
      throw new Conflict(() => t`Verify it or decline it.`);
    }
    await this.verifications.decide(viewer!, id, decision === 'accept', note);
    return decision === 'accept' ? 'verified' : 'not-verified';
  }

  /** The form's address, loaded anew. */
  @Get('resources/:id/verification')
  toResource(@Param('id') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(resourceHref(uuidOf(id)), 303);
  }

  @StepUp(() => t`change what needs verification`)
  @Post('resources/:id/verification')
  async setNeeded(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { needed } = (body ?? {}) as Record<string, unknown>;
    await this.resources.setVerification(request.viewer!, uuidOf(id), needed === 'yes');
    const done = needed === 'yes' ? 'verification-needed' : 'verification-free';
    return reply.redirect(`${resourceHref(uuidOf(id))}?done=${done}`, 303);
  }

  private async find(id: string): Promise<VerificationRow> {
    const row = await findVerification(this.dataSource, uuidOf(id));
    if (!row) throw new NotFound('no such verification');
    return row;
  }

  private showOne(
    row: VerificationRow,
    request: FastifyRequest,
    reply: FastifyReply,
    form?: DecisionForm,
    error?: unknown,
  ) {
    return this.pages.send(request, reply, () => ({
      view: 'admin/verification',
      title: t`Verification of ${row.application}`,
      error,
      model: verificationPage(row, form, error) satisfies VerificationPage,
    }));
  }
}
