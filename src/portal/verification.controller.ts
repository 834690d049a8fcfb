import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { Verifications } from '../sign-token/verifications.service.js';
import { doneNotice } from './done.js';
import type { VerificationPage } from './models.js';
import { KeptSignIns } from './sign-in-sights.js';
import {
  readVerification,
  type VerificationForm,
  verificationHref,
  verificationPage,
} from './verification.page.js';
import { findVerifiable, findVerificationsOf } from './verification.query.js';

interface Shown {
  form?: VerificationForm;
  done?: unknown;
  error?: unknown;
}

/** Managers ask IT to verify their application, and see what became of it. */
@SeenBy(KeptSignIns)
@Controller('manage-api-credentials/:application/verification')
export class VerificationController {
  constructor(
    private readonly verifications: Verifications,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  list(
    @Param('application') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.show(uuidOf(id), request, reply, { done });
  }

  @StepUp(() => t`ask for verification`)
  @Post()
  async ask(
    @Param('application') application: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const id = uuidOf(application);
    const form = readVerification(body);
    try {
      await this.verifications.request(request.viewer!, id, form);
    } catch (error) {
      if (error instanceof NotFound || error instanceof Forbidden) throw error;
      return this.show(id, request, reply, { form, error });
    }
    return reply.redirect(`${verificationHref(id)}?done=role-asked`, 303);
  }

  /** The form's address, loaded anew. */
  @Get(':asked/withdraw')
  toList(@Param('application') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(verificationHref(uuidOf(id)), 303);
  }

  @StepUp(() => t`withdraw this request`)
  @Post(':asked/withdraw')
  async withdraw(
    @Param() { application, asked }: { application: string; asked: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const id = uuidOf(application);
    const now = this.clock.now();
    const rows = await findVerificationsOf(this.dataSource, request.viewer!.id, now, id);
    const row = rows.find((each) => each.id === uuidOf(asked));
    // What was accepted is taken back where IT decides.
    if (row?.state === 'accepted' || !row) throw new NotFound('no request that waits');
    try {
      await this.verifications.withdraw(request.viewer!, row.id);
    } catch (error) {
      if (error instanceof NotFound || error instanceof Forbidden) throw error;
      return this.show(id, request, reply, { error });
    }
    return reply.redirect(`${verificationHref(id)}?done=role-not-asked`, 303);
  }

  private async show(id: string, request: FastifyRequest, reply: FastifyReply, shown: Shown) {
    const asking = [this.dataSource, request.viewer!.id, this.clock.now(), id] as const;
    const found = await findVerifiable(...asking);
    if (!found) throw new NotFound('no such application for this user');
    const rows = await findVerificationsOf(...asking);
    return this.pages.send(request, reply, () => ({
      view: 'portal/verification',
      title: t`Verification of ${found.name}`,
      notice: doneNotice(shown.done),
      error: shown.error,
      model: verificationPage(found, rows, shown.form, shown.error) satisfies VerificationPage,
    }));
  }
}
