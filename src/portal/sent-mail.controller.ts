import { Controller, Get, Param, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { NotFound } from '../platform/refusals.js';
import { sendMailHtml } from '../platform/web/mail-html.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { findSentMail, type SentMail, sentMailFacts } from '../reminders/sent-mail.query.js';
import { applicationHref, secretHref } from './hrefs.js';
import type { SentMailPage } from './models.js';

interface Address {
  application: string;
  secret: string;
  mail: string;
}

/** A mail of the reminder ledger as it was sent (M8). */
@Controller('manage-api-credentials/:application/secrets/:secret/mails/:mail')
export class SentMailController {
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
    const { application, secret } = address;
    const href = secretHref(uuidOf(application), uuidOf(secret));
    return this.pages.send(request, reply, () => ({
      view: 'portal/mail',
      title: mail.subject,
      model: {
        application: { name: mail.owner, href: applicationHref(uuidOf(application)) },
        secret: { name: mail.secret, href },
        subject: mail.subject,
        facts: sentMailFacts(mail),
        htmlHref: `${href}/mails/${uuidOf(address.mail)}/html`,
        text: mail.text,
      } satisfies SentMailPage,
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

  private async find(
    { application, secret, mail }: Address,
    request: FastifyRequest,
  ): Promise<SentMail> {
    const found = await findSentMail(this.dataSource, request.viewer!, this.clock.now(), {
      applicationId: uuidOf(application),
      secretId: uuidOf(secret),
      mailId: uuidOf(mail),
    });
    if (!found) throw new NotFound('no such mail for this user');
    return found;
  }
}
