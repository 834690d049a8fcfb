import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { User } from '../users/user.entity.js';
import { Application } from './application.entity.js';
import { Role } from './role.entity.js';

/** Credential manager of one application, org admin of one organisation, or IT of the platform (R3). */
export type BuiltInRole = 'credential_manager' | 'org_admin' | 'it';

/**
 * A role given to a user. Where it holds is in `organisationId` and `applicationId`, as the level of the
 * role says; a trigger compares them.
 */
@Entity('role_assignments')
@Index('role_assignments_live_key', { synchronize: false })
@Index('role_assignments_application_idx', ['applicationId'])
@Index('role_assignments_organisation_idx', ['organisationId'])
@Index('role_assignments_role_idx', ['role', 'userId'], { where: 'withdrawn_at is null' })
@ForeignKey(() => User, ['userId', 'organisationId'], ['id', 'organisationId'], {
  name: 'role_assignments_own_organisation_fkey',
})
@ForeignKey(() => Application, ['applicationId', 'organisationId'], ['id', 'organisationId'], {
  name: 'role_assignments_application_fkey',
})
@Check('role_assignments_role_check', 'application_id is null or organisation_id is not null')
@Check(
  'role_assignments_confirmation_check',
  'organisation_id is null or (confirmed_by is not null and confirmed_on is not null)',
)
@Check('role_assignments_ends_check', 'ends_at > granted_at')
export class RoleAssignment {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'role_assignments_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'role_assignments_user_fkey' })
  userId: string;

  /** The key of the role. */
  @Column('text')
  @ForeignKey(() => Role, { name: 'role_assignments_role_fkey' })
  role: string;

  @Column('uuid', { nullable: true })
  organisationId: string | null;

  @Column('uuid', { nullable: true })
  applicationId: string | null;

  /** Who in the organisation confirmed the role (R5), in words. */
  @Column('text', { nullable: true })
  confirmedBy: string | null;

  /** The day of that confirmation, YYYY-MM-DD. */
  @Column('date', { nullable: true })
  confirmedOn: string | null;

  @Column('uuid', { nullable: true })
  grantedBy: string | null;

  @Column('timestamptz')
  grantedAt: Date;

  @Column('timestamptz', { nullable: true })
  endsAt: Date | null;

  @Column('timestamptz', { nullable: true })
  withdrawnAt: Date | null;

  @Column('uuid', { nullable: true })
  withdrawnBy: string | null;
}
