import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';
import type { TroubleKind } from './watch-rule.js';

/** An incident: a trouble from its beginning to its end, told once (M12). */
@Entity('alarms')
@Index('alarms_open_key', ['kind'], { unique: true, where: 'closed_at is null' })
@Index('alarms_opened_idx', ['openedAt'])
@Check('alarms_kind_check', `kind in ('overdue', 'broke_off', 'missed', 'no_recipient')`)
export class Alarm {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'alarms_pkey' })
  id: string;

  @Column('text')
  kind: TroubleKind;

  @Column('text')
  text: string;

  @Column('timestamptz')
  openedAt: Date;

  @Column('timestamptz', { nullable: true })
  closedAt: Date | null;

  /** When the second route took it. */
  @Column('timestamptz', { nullable: true })
  toldAt: Date | null;

  @Column('integer', { default: 0 })
  attempts: number;

  @Column('timestamptz', { nullable: true })
  nextAttemptAt: Date | null;

  /** What the second route said. */
  @Column('text', { nullable: true })
  answer: string | null;
}
