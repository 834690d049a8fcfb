import { Check, Column, Entity, Index, PrimaryGeneratedColumn } from 'typeorm';

/** Who did what, on what, when, from where, with which outcome (P3). Rows are only ever added. */
@Entity('audit_events')
@Index('audit_events_application_idx', ['applicationId', 'id'])
@Index('audit_events_organisation_idx', ['organisationId', 'id'])
@Index('audit_events_at_idx', ['at'])
@Index('audit_events_action_idx', ['action', 'id'])
@Index('audit_events_actor_idx', ['actorId', 'id'])
@Check('audit_events_outcome_check', `outcome in ('done', 'refused')`)
export class AuditEvent {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'audit_events_pkey',
  })
  id: string;

  @Column('timestamptz')
  at: Date;

  @Column('uuid', { nullable: true })
  actorId: string | null;

  @Column('text')
  actorName: string;

  @Column('text')
  action: string;

  @Column('text')
  subjectKind: string;

  @Column('uuid', { nullable: true })
  subjectId: string | null;

  @Column('text')
  subjectName: string;

  @Column('uuid', { nullable: true })
  applicationId: string | null;

  @Column('uuid', { nullable: true })
  organisationId: string | null;

  @Column('text')
  outcome: 'done' | 'refused';

  @Column('jsonb', { default: {} })
  detail: Record<string, unknown>;

  @Column('text', { nullable: true })
  address: string | null;
}
