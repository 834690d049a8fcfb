import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { AcknowledgeForm } from '../reminders/acknowledge-form.js';
import { Acknowledgements } from '../reminders/acknowledgements.service.js';
import { findEndings } from '../reminders/endings.query.js';
import { resourceHref } from './hrefs.js';
import { serverAcknowledgePage } from './resource-acknowledge.page.js';
import { findResource } from './resources.query.js';

interface Address {
  id: string;
  secret: string;
}

/** Where the link in a reminder about a resource server leads. Opening it changes nothing. */
@ItOnly()
@Controller('admin/resources/:id/secrets/:secret/acknowledge')
export class ResourceAcknowledgeController {
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
    const place = placeOf(address);
    try {
      await this.acknowledgements.say(request.viewer!, place, form);
    } catch (error) {
      if (error instanceof NotFound) throw error;
      return this.show(address, request, reply, form, error);
    }
    return reply.redirect(`${resourceHref(place.resourceId)}?done=acknowledged`, 303);
  }

  /** The form's address, loaded anew. */
  @Get('take-back')
  toResource(@Param() address: Address, @Res() reply: FastifyReply) {
    return reply.redirect(resourceHref(placeOf(address).resourceId), 303);
  }

  @StepUp(() => t`take this back`)
  @Post('take-back')
  async takeBack(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = placeOf(address);
    await this.acknowledgements.takeBack(request.viewer!, place);
    return reply.redirect(`${resourceHref(place.resourceId)}?done=taken-back`, 303);
  }

  private async show(
    address: Address,
    request: FastifyRequest,
    reply: FastifyReply,
    form?: AcknowledgeForm,
    error?: unknown,
  ) {
    const { resourceId, secretId } = placeOf(address);
    const now = this.clock.now();
    const row = await findResource(this.dataSource, resourceId);
    if (!row?.secrets.some(({ id }) => id === secretId)) {
      throw new NotFound('no such secret of this resource server');
    }
    const [ending] = await findEndings(this.dataSource.manager, now, [secretId]);
    // Switched off since the mail: nobody is mailed about it, and its page says so.
    if (!ending) return reply.redirect(resourceHref(resourceId), 303);
    return this.pages.send(request, reply, () => ({
      view: 'admin/resource-acknowledge',
      title: t`Who is on it?`,
      error,
      model: serverAcknowledgePage(row, ending, request.viewer!.id, now, form, error),
    }));
  }
}

function placeOf({ id, secret }: Address) {
  return { resourceId: uuidOf(id), secretId: uuidOf(secret) };
}
