import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { sendMailHtml } from '../platform/web/mail-html.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { findSentServerMail, type SentMail, sentMailFacts } from '../reminders/sent-mail.query.js';
import { resourceHref, serverSecretHref } from './hrefs.js';
import type { ServerMailPage } from './models.js';

interface Address {
  id: string;
  secret: string;
  mail: string;
}

/** A mail about the secret of a resource server, as it was sent (M8). */
@ItOnly()
@Controller('admin/resources/:id/secrets/:secret/mails/:mail')
export class ResourceMailController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const mail = await this.find(address, request);
    const [id, secretId, mailId] = [address.id, address.secret, address.mail].map(uuidOf);
    return this.pages.send(request, reply, () => ({
      view: 'admin/resource-mail',
      title: mail.subject,
      model: {
        breadcrumb: [
          { label: t`Resources`, href: '/admin/resources' },
          { label: mail.owner, href: resourceHref(id!) },
          { label: t`Mail` },
        ],
        subject: mail.subject,
        facts: sentMailFacts(mail),
        htmlHref: `${serverSecretHref(id!, secretId!)}/mails/${mailId}/html`,
        text: mail.text,
      } satisfies ServerMailPage,
    }));
  }

  @Get('html')
  async html(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return sendMailHtml(reply, (await this.find(address, request)).html);
  }

  private async find({ id, secret, mail }: Address, { viewer }: FastifyRequest): Promise<SentMail> {
    const found = await findSentServerMail(this.dataSource, viewer!, this.clock.now(), {
      resourceId: uuidOf(id),
      secretId: uuidOf(secret),
      mailId: uuidOf(mail),
    });
    if (!found) throw new NotFound('no such mail about this resource server');
    return found;
  }
}
