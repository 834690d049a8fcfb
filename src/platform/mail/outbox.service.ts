import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import { Config } from '../config/config.js';
import type { Tx } from '../database/tx.js';
import { Journal, NoJournal } from '../journal/journal.js';
import { Keys } from '../keys/keys.js';
import { messageIdOf, recipient } from './address.js';
import { afterRefusal, patientTransaction } from './attempt.js';
import { Mail, type MailKind } from './mail.entity.js';
import { type MailAddress, Mailer, MailRefused } from './mailer.js';
import { oneLine } from './one-line.js';

/** A mail that belongs to a change. */
export interface OutgoingMessage {
  /** Reminders go their own way: what is in them is decided when they are sent. */
  kind: Exclude<MailKind, 'reminder'>;
  /** The account it is for; null for an address that is nobody's, such as the support. */
  userId: string | null;
  to: MailAddress;
  subject: string;
  text: string;
  html: string;
  headers?: { key: string; value: string }[];
  references?: string;
}

type Body = Pick<OutgoingMessage, 'text' | 'html' | 'headers' | 'references'>;

/** Mails commit with the change that caused them; delivery is a second step with a recorded answer. */
@Injectable()
export class Outbox implements OnModuleDestroy {
  private readonly log = new Logger('Outbox');
  private delivery?: Promise<void>;
  private wanted = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly mailer: Mailer,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly journal: Journal = new NoJournal(),
  ) {}

  /**
   * Writes the mail in the caller's transaction; `kick` once that is committed.
   * @param at when it was written; the present when absent
   * @returns the mail's id
   * @throws MailRefused when `to` is not one address
   */
  async enqueue(tx: Tx, message: OutgoingMessage, at = this.clock.now()): Promise<string> {
    const id = randomUUID();
    const { text, html, headers, references } = message;
    const to = recipient(message.to);
    const body: Body = { text, html, headers, references };
    await tx.insert(Mail, {
      id,
      kind: message.kind,
      userId: message.userId,
      toAddress: to.address,
      toName: to.name,
      subject: oneLine(message.subject),
      messageId: messageIdOf(this.config.MAIL_FROM, id),
      sealedBody: this.keys.seal(`mails ${id}`, JSON.stringify(body)),
      state: 'due',
      createdAt: at,
    });
    return id;
  }

  /** Sends what is due, without waiting for it. Anything that goes wrong is in the mail's row. */
  kick(): void {
    this.wanted = true;
    this.delivery ??= this.deliverWanted().finally(() => (this.delivery = undefined));
  }

  /** Sends what is due, one after the other; of several instances each takes what is free. */
  async deliverDue(): Promise<void> {
    while (await this.deliverNext());
  }

  /** The mail in hand is finished before the service stops. */
  async onModuleDestroy(): Promise<void> {
    this.wanted = false;
    await this.delivery;
  }

  private async deliverWanted(): Promise<void> {
    while (this.wanted) {
      this.wanted = false;
      try {
        await this.deliverDue();
      } catch (error) {
        // Never the error itself: a statement's parameters or a mail's text could be in it.
        this.log.error(`Mails are waiting: ${(error as Error).name}`);
      }
    }
  }

  /** @returns whether it is worth looking for another */
  private deliverNext(): Promise<boolean> {
    return patientTransaction(this.dataSource, async (tx) => {
      const mail = await this.claim(tx);
      if (!mail) return false;
      const { changes, goOn } = await this.attempt(mail);
      await tx.update(Mail, { id: mail.id }, changes);
      return goOn;
    });
  }

  /** The row stays locked while its mail is on the way, so nobody else sends it. */
  private claim(tx: Tx): Promise<Mail | null> {
    return tx
      .createQueryBuilder(Mail, 'm')
      .where(`m.kind in ('invitation', 'notice') and m.state = 'due'`)
      .andWhere('(m.nextAttemptAt is null or m.nextAttemptAt <= :now)', { now: this.clock.now() })
      .orderBy('m.createdAt')
      .limit(1)
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked')
      .getOne();
  }

  private async attempt(mail: Mail): Promise<{ changes: Partial<Mail>; goOn: boolean }> {
    const now = this.clock.now();
    try {
      const { answer } = await this.mailer.send({
        messageId: mail.messageId,
        to: { name: mail.toName, address: mail.toAddress },
        subject: mail.subject,
        date: mail.createdAt,
        ...this.bodyOf(mail),
      });
      await this.keep(mail, now);
      return {
        changes: {
          state: 'sent',
          attempts: mail.attempts + 1,
          serverAnswer: answer,
          nextAttemptAt: null,
          finishedAt: now,
          sealedBody: null,
        },
        goOn: true,
      };
    } catch (error) {
      const refused = error instanceof MailRefused ? error : unusable;
      if (!(error instanceof MailRefused))
        this.log.error(`Mail ${mail.id}: ${(error as Error).name}`);
      return { changes: afterRefusal(mail, refused, now), goOn: !refused.forEverybody };
    }
  }

  /** It has been sent, whether or not that can be kept. */
  private async keep({ id }: Mail, at: Date): Promise<void> {
    await this.journal
      .note([{ at, fact: 'mail.send', id }])
      .catch((error: Error) => this.log.error(`Mail ${id} is not in the journal: ${error.name}`));
  }

  private bodyOf({ id, sealedBody }: Mail): Body {
    return JSON.parse(this.keys.open(`mails ${id}`, sealedBody!)) as Body;
  }
}

/** A row that cannot be read or a file that cannot be written: stays due, and the next one is tried. */
const unusable = new MailRefused({
  answer: 'not sent: it could not be prepared',
  permanent: false,
  forEverybody: false,
  mayHaveArrived: false,
});
