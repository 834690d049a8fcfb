import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { Mail } from '../platform/mail/mail.entity.js';
import type { UtcDay } from '../platform/utc-day.js';

/** The head of the audit as it was mailed on a day, once whatever instance did it. */
@Entity('audit_anchors')
@Check('audit_anchors_hash_check', 'octet_length(hash) = 32')
export class AuditAnchor {
  @PrimaryColumn('date', { primaryKeyConstraintName: 'audit_anchors_pkey' })
  day: UtcDay;

  @Column('bigint')
  position: string;

  @Column('bytea')
  hash: Buffer;

  @Column('timestamptz')
  at: Date;

  @Column('uuid')
  @ForeignKey(() => Mail, { name: 'audit_anchors_mail_fkey' })
  mailId: string;
}
