import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Public } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { type KeptMail, Mailbox } from '../platform/mail/mailbox.js';
import { Mailer } from '../platform/mail/mailer.js';
import { NotFound } from '../platform/refusals.js';
import { sendMailHtml } from '../platform/web/mail-html.js';
import { Pages } from '../platform/web/pages.js';
import { momentOf } from '../platform/words.js';
import { currentCodes } from './codes.js';

const shownAtMost = 200;

/** What the demo has mailed, open to whoever can reach the demo; and the codes of its accounts. */
@Public()
@Controller('mailbox')
export class MailboxController {
  constructor(
    private readonly mailbox: Mailbox,
    private readonly mailer: Mailer,
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(@Query('to') to: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const mails = await this.mailbox.list(shownAtMost);
    // By the dates that are shown: a run for another day stands where its day belongs.
    mails.sort((a, b) => b.date.getTime() - a.date.getTime());
    const people = [...new Set(mails.map((mail) => mail.to))].sort();
    const person = typeof to === 'string' && people.includes(to) ? to : '';
    const codes = await currentCodes(this.dataSource, this.keys, this.clock.now());
    return this.pages.send(request, reply, () => ({
      view: 'demo/mailbox',
      title: t`Mailbox`,
      model: {
        elsewhere: this.config.SMTP_URL ? this.mailer.description : undefined,
        people,
        person,
        mails: mails.filter((mail) => !person || mail.to === person).map(line),
        codes,
      },
    }));
  }

  @Get(':id')
  async show(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const mail = await this.find(id);
    return this.pages.send(request, reply, () => ({
      view: 'demo/mail',
      title: mail.subject,
      model: { ...line(mail), id, text: mail.text, headers: mail.headers },
    }));
  }

  /** The HTML part in a frame of its own: nothing in it runs. */
  @Get(':id/html')
  async html(@Param('id') id: string, @Res() reply: FastifyReply) {
    const mail = await this.find(id);
    return sendMailHtml(reply, mail.html);
  }

  private async find(id: string): Promise<KeptMail> {
    const mail = await this.mailbox.read(id);
    if (!mail) throw new NotFound('no such mail');
    return mail;
  }
}

function line({ id, date, from, to, subject }: KeptMail) {
  return { href: `/mailbox/${id}`, at: momentOf(date), from, to, subject };
}
