import { Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Application } from '../../../applications/application.entity.js';

/** A creation that was asked for under a key of the caller's choice; remembered for a day. */
@Entity('idempotency_keys')
@Index('idempotency_keys_created_idx', ['createdAt'])
export class IdempotencyKey {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  @ForeignKey(() => Application, { name: 'idempotency_keys_application_fkey' })
  applicationId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'idempotency_keys_pkey' })
  key: string;

  /** SHA-256 of method, address and body. */
  @Column('bytea')
  digest: Buffer;

  @Column('timestamptz')
  createdAt: Date;

  @Column('integer', { nullable: true })
  status: number | null;

  /** What was made. */
  @Column('uuid', { nullable: true })
  subjectId: string | null;

  @Column('text', { nullable: true })
  location: string | null;

  /** The answer, to be given again; never with a secret's value, so absent for a secret. */
  @Column('jsonb', { nullable: true })
  answer: Record<string, unknown> | null;
}
