import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { type UtcDay, utcDay } from '../platform/utc-day.js';
import { instantText } from '../platform/words.js';
import { AuditCheck, type SignedHead } from './audit-check.service.js';

/** The last head that went out, and what became of its mail. */
export interface LastAnchor {
  day: UtcDay;
  position: number;
  at: Date;
  mailState: string;
  sentAt: Date | null;
}

/**
 * Mails the signed head of the audit outside, once a day: whoever has power over the whole database can
 * compute the chain anew, but not take back a mail.
 */
@Injectable()
export class AuditAnchors {
  constructor(
    private readonly dataSource: DataSource,
    private readonly check: AuditCheck,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Sends the head of this UTC day, unless it has gone out. Of several instances, or after a restart, the
   * one whose row is the first writes the mail, in the same transaction.
   * @returns whether this call did it
   */
  async daily(): Promise<boolean> {
    const { AUDIT_HEAD_TO: address } = this.config;
    if (!address) return false;
    const done = await inTransaction(this.dataSource, (tx) => this.anchor(tx, address));
    if (done) this.outbox.kick();
    return done;
  }

  async last(): Promise<LastAnchor | undefined> {
    const [row] = await this.dataSource.query<(LastAnchor & { position: string })[]>(
      `select a.day::text as day, a.position, a.at, m.state as "mailState",
         case when m.state = 'sent' then m.finished_at end as "sentAt"
       from audit_anchors a join mails m on m.id = a.mail_id order by a.day desc limit 1`,
    );
    return row && { ...row, position: Number(row.position) };
  }

  private async anchor(tx: Tx, address: string): Promise<boolean> {
    const now = this.clock.now();
    const today = utcDay(now);
    const known = await tx.query<unknown[]>(`select from audit_anchors where day = $1`, [today]);
    if (known.length > 0) return false;
    const head = await this.check.head(tx);
    const mailId = await this.outbox.enqueue(tx, {
      kind: 'notice',
      userId: null,
      to: { name: '', address },
      ...this.mailOf(head, address),
    });
    const rows = await tx.query<unknown[]>(
      `insert into audit_anchors (day, position, hash, at, mail_id)
       values ($1, $2, decode($3, 'hex'), $4, $5) on conflict (day) do nothing returning 1`,
      [today, head.position, head.hash, now, mailId],
    );
    if (rows.length > 0) return true;
    // Another instance was first: this mail is not to go out.
    await tx.query(`delete from mails where id = $1`, [mailId]);
    return false;
  }

  private mailOf(head: SignedHead, address: string) {
    const subject = `Keyturn: head of the audit, link ${head.position}`;
    const paragraphs = [
      `This is the head of the audit of ${this.config.PUBLIC_URL} at ${instantText(new Date(head.at))}.`,
      JSON.stringify(head),
      'Keep this mail where nobody who runs Keyturn can change it. Saved as a file it proves that nothing before this head was altered since: keyturn audit verify --head FILE',
    ];
    return { subject, ...renderMail('notice', { subject, paragraphs, to: address }) };
  }
}
