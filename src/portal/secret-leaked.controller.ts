import { Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Leaks } from '../leaks/leaks.service.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { ManagedApplication } from './application-sight.js';
import { findApplications } from './credentials.query.js';
import { applicationHref, secretHref } from './hrefs.js';
import type { SecretLeakedPage } from './models.js';

interface Address {
  application: string;
  secret: string;
}

/** "It may have leaked": a manager says so, and is led through the replacement. */
@SeenBy(ManagedApplication)
@Controller('manage-api-credentials/:application/secrets/:secret/leaked')
export class SecretLeakedController {
  constructor(
    private readonly leaks: Leaks,
    private readonly sight: ManagedApplication,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async ask(@Param() address: Address, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.sight.check(request.viewer!, { ...address });
    const now = this.clock.now();
    const [application, id] = [uuidOf(address.application), uuidOf(address.secret)];
    const selection = { applicationId: application, limit: 1 };
    const [row] = await findApplications(this.dataSource, request.viewer!, now, selection);
    const secret = row?.secrets.find((each) => each.id === id);
    if (!row || !secret) throw new NotFound('no such secret in this application');
    const href = secretHref(application, id);
    // Said already, or of no use to anybody: its page shows how things are.
    if (secret.leak || secret.expiresAt <= now) return reply.redirect(href, 303);
    return this.pages.send(request, reply, () => ({
      view: 'portal/secret-leaked',
      title: t`May this secret have leaked?`,
      model: {
        application: { name: row.name, href: applicationHref(application) },
        secret: { name: secret.name, hint: secret.hint, href },
        confirm: {
          paragraphs: [],
          action: `${href}/leaked`,
          button: t`Say that it may have leaked`,
          danger: true,
          cancelHref: href,
        },
      } satisfies SecretLeakedPage,
    }));
  }

  @StepUp(() => t`say that the secret may have leaked`)
  @Post()
  async say(@Param() address: Address, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.sight.check(request.viewer!, { ...address });
    const [application, id] = [uuidOf(address.application), uuidOf(address.secret)];
    await this.leaks.reportOwn(request.viewer!, application, id);
    return reply.redirect(`${secretHref(application, id)}?done=leaked`, 303);
  }
}
