import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { messageIdOf } from '../platform/mail/address.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { MailRefused } from '../platform/mail/mailer.js';
import { answerLine, oneLine } from '../platform/mail/one-line.js';
import { isTaken, Outgoing } from '../platform/outgoing/outgoing.js';
import { SmtpMailer } from '../platform/mail/smtp-mailer.js';
import { instantText } from '../platform/words.js';
import type { Alarm } from './alarm.entity.js';

interface Told {
  told: boolean;
  answer: string;
}

/**
 * The second route of an alarm: the mail server of the reminders may be what is broken. Where both
 * routes are configured both are taken, and one that answers is enough.
 */
@Injectable()
export class AlarmRoutes implements OnModuleDestroy {
  private mailer?: SmtpMailer;

  constructor(
    private readonly config: Config,
    private readonly clock: Clock,
    private readonly outgoing: Outgoing,
  ) {}

  get configured(): boolean {
    return Boolean(this.config.ALARM_WEBHOOK_URL ?? this.config.ALARM_SMTP_URL);
  }

  async tell(alarm: Alarm): Promise<Told> {
    const { ALARM_WEBHOOK_URL: webhook, ALARM_SMTP_URL: server } = this.config;
    const answers = await Promise.all([
      ...(webhook ? [this.post(webhook, alarm)] : []),
      ...(server ? [this.mail(server, alarm)] : []),
    ]);
    return {
      told: answers.some(({ told }) => told),
      answer: answers.map(({ answer }) => answer).join('; '),
    };
  }

  async onModuleDestroy(): Promise<void> {
    await this.mailer?.close();
  }

  private async post(url: string, { id, kind, text, openedAt }: Alarm): Promise<Told> {
    const { status, fault } = await this.outgoing.toOperator(url, {
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        service: 'keyturn',
        incident: id,
        kind,
        text,
        since: openedAt.toISOString(),
        url: this.page,
      }),
    });
    return { told: isTaken(status), answer: `webhook: ${status ?? fault}` };
  }

  private async mail(server: string, { id, text, openedAt }: Alarm): Promise<Told> {
    const address = this.config.ALARM_ADDRESS ?? this.config.SUPPORT_ADDRESS;
    const subject = 'Keyturn: the reminders need you';
    const model = {
      subject,
      paragraphs: [text, `Since ${instantText(openedAt)}. This incident is told once.`].map(
        oneLine,
      ),
      link: { text: 'Open the reminder runs', href: this.page },
      to: address,
    };
    try {
      const { answer } = await this.second(server).send({
        messageId: messageIdOf(this.config.MAIL_FROM, `alarm-${id}`),
        to: { name: '', address },
        subject,
        date: openedAt,
        ...renderMail('notice', model),
      });
      return { told: true, answer: `mail: ${answerLine(answer)}` };
    } catch (error) {
      if (!(error instanceof MailRefused)) throw error;
      return { told: false, answer: `mail: ${error.answer}` };
    }
  }

  private second(server: string): SmtpMailer {
    this.mailer ??= new SmtpMailer(
      Object.assign(Object.create(Config.prototype) as Config, this.config, { SMTP_URL: server }),
      this.clock,
    );
    return this.mailer;
  }

  private get page(): string {
    return `${this.config.PUBLIC_URL}/admin/reminders`;
  }
}
