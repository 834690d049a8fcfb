import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { AcknowledgeForm } from '../reminders/acknowledge-form.js';
import { Acknowledgements } from '../reminders/acknowledgements.service.js';
import { acknowledgePage } from './acknowledge.page.js';
import { SeenApplication } from './application-sight.js';
import { secretHref } from './hrefs.js';
import { findApplications } from './credentials.query.js';

interface Address {
  application: string;
  secret: string;
}

/** Where the link in a reminder leads: who is on it? Opening it changes nothing; the form counts. */
@SeenBy(SeenApplication)
@Controller('manage-api-credentials/:application/secrets/:secret/acknowledge')
export class AcknowledgeController {
  constructor(
    private readonly acknowledgements: Acknowledgements,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  form(@Param() address: Address, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.show(address, request, reply);
  }

  @StepUp(() => t`say who is on it`)
  @Post()
  async say(
    @Param() address: Address,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(AcknowledgeForm, body);
    const [applicationId, secretId] = idsOf(address);
    try {
      await this.acknowledgements.say(request.viewer!, { applicationId, secretId }, form);
    } catch (error) {
      if (error instanceof NotFound || error instanceof Forbidden) throw error;
      return this.show(address, request, reply, form, error);
    }
    return reply.redirect(`${secretHref(applicationId, secretId)}?done=acknowledged`, 303);
  }

  /** The form's address, loaded anew. */
  @Get('take-back')
  toSecret(@Param() address: Address, @Res() reply: FastifyReply) {
    return reply.redirect(secretHref(...idsOf(address)), 303);
  }

  @StepUp(() => t`take this back`)
  @Post('take-back')
  async takeBack(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const [applicationId, secretId] = idsOf(address);
    await this.acknowledgements.takeBack(request.viewer!, { applicationId, secretId });
    return reply.redirect(`${secretHref(applicationId, secretId)}?done=taken-back`, 303);
  }

  private async show(
    address: Address,
    request: FastifyRequest,
    reply: FastifyReply,
    form?: AcknowledgeForm,
    error?: unknown,
  ) {
    const viewer = request.viewer!;
    const now = this.clock.now();
    const [applicationId, secretId] = idsOf(address);
    const [row] = await findApplications(this.dataSource, viewer, now, {
      applicationId,
      limit: 1,
    });
    const secret = row?.secrets.find(({ id }) => id === secretId);
    if (!row || !secret) throw new NotFound('no such secret for this user');
    return this.pages.send(request, reply, () => ({
      view: 'portal/acknowledge',
      title: t`Who is on it?`,
      error,
      model: acknowledgePage(row, secret, viewer.id, now, form, error),
    }));
  }
}

function idsOf({ application, secret }: Address): [string, string] {
  return [uuidOf(application), uuidOf(secret)];
}
