import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Mail } from '../platform/mail/mail.entity.js';
import { Secret } from '../secrets/secret.entity.js';
import { User } from '../users/user.entity.js';
import type { Milestone } from './milestones.js';

export type ReminderState = 'due' | 'sent' | 'failed' | 'no_recipient' | 'superseded';

/** One row of the ledger: one milestone of one secret for one recipient (M8). */
@Entity('reminders')
@Index('reminders_key', { synchronize: false })
@Index('reminders_time_idx', { synchronize: false })
@Index('reminders_due_idx', ['recipientId'], { where: `state = 'due'` })
@Index('reminders_sent_idx', ['secretId', 'milestone'], { where: `state = 'sent'` })
@Index('reminders_mail_idx', ['mailId'])
@Check(
  'reminders_milestone_check',
  `milestone in ('42', '21', '7', '6', '5', '4', '3', '2', '1', '0', 'expired')`,
)
@Check('reminders_state_check', `state in ('due', 'sent', 'failed', 'no_recipient', 'superseded')`)
export class Reminder {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'reminders_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Secret, { name: 'reminders_secret_fkey' })
  secretId: string;

  @Column('text')
  milestone: Milestone;

  /** Null in a row that says there was nobody to mail (M6). */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'reminders_recipient_fkey' })
  recipientId: string | null;

  @Column('text', { nullable: true })
  address: string | null;

  /** The UTC day of the run that planned it, YYYY-MM-DD. */
  @Column('date')
  day: string;

  @Column('text')
  state: ReminderState;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => Mail, { name: 'reminders_mail_fkey' })
  mailId: string | null;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { nullable: true })
  nextAttemptAt: Date | null;

  @Column('text', { nullable: true })
  serverAnswer: string | null;

  @Column('timestamptz')
  plannedAt: Date;

  @Column('timestamptz', { nullable: true })
  attemptedAt: Date | null;
}

/** The record of one run (M12). Counts are ledger rows, but `noRecipient` counts secrets. */
@Entity('reminder_runs')
@Index('reminder_runs_as_of_idx', ['asOf'])
@Index('reminder_runs_started_idx', ['startedAt'])
export class ReminderRun {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'reminder_runs_pkey' })
  id: string;

  /** The instant the run answered for. */
  @Column('timestamptz')
  asOf: Date;

  @Column('date')
  day: string;

  @Column('timestamptz')
  startedAt: Date;

  @Column('timestamptz', { nullable: true })
  finishedAt: Date | null;

  /** When it was last seen at work; the counts are as of then until it ends. */
  @Column('timestamptz', { nullable: true })
  seenAt: Date | null;

  @Column('integer', { default: 0 })
  due: number;

  @Column('integer', { default: 0 })
  sent: number;

  @Column('integer', { default: 0 })
  failed: number;

  @Column('integer', { default: 0 })
  skipped: number;

  @Column('integer', { default: 0 })
  noRecipient: number;

  @Column('text', { nullable: true })
  error: string | null;
}
