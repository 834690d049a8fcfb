import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';
import { Sealed } from '../keys/kept.js';

export type MailKind = 'invitation' | 'reminder' | 'notice';
export type MailState = 'due' | 'sent' | 'failed' | 'discarded';

/** One message to one person, committed with the change that caused it and sent afterwards. */
@Entity('mails')
@Index('mails_due_idx', ['kind', 'nextAttemptAt'], { where: `state = 'due'` })
@Index('mails_user_idx', ['userId', 'finishedAt'], { where: `state in ('sent', 'failed')` })
@Index('mails_failed_idx', ['finishedAt'], { where: `state = 'failed'` })
@Index('mails_refused_invitation_idx', ['userId'], {
  where: `state = 'failed' and kind = 'invitation'`,
})
@Unique('mails_message_id_key', ['messageId'])
@Check('mails_kind_check', `kind in ('invitation', 'reminder', 'notice')`)
@Check('mails_sent_check', `kind = 'reminder' or (sent_text is null and sent_html is null)`)
@Check('mails_state_check', `state in ('due', 'sent', 'failed', 'discarded')`)
export class Mail {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'mails_pkey' })
  id: string;

  @Column('text')
  kind: MailKind;

  @Column('uuid', { nullable: true })
  userId: string | null;

  @Column('text')
  toAddress: string;

  @Column('text')
  toName: string;

  @Column('text')
  subject: string;

  /** RFC 5322 msg-id with its angle brackets; the same at every attempt. */
  @Column('text')
  messageId: string;

  /** Text, HTML and extra headers as sealed JSON; null once the mail is finished, and never set in a reminder. */
  @Sealed()
  @Column('bytea', { nullable: true })
  sealedBody: Buffer | null;

  /** A reminder as it was handed over: no power and no secret is in it. Null for everything else. */
  @Column('text', { nullable: true })
  sentText: string | null;

  @Column('text', { nullable: true })
  sentHtml: string | null;

  @Column('text')
  state: MailState;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { nullable: true })
  nextAttemptAt: Date | null;

  /** What the mail server said at the last attempt. */
  @Column('text', { nullable: true })
  serverAnswer: string | null;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;
}
