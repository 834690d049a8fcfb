import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { Organisation } from '../organisations/organisation.entity.js';
import { User } from '../users/user.entity.js';
import { Application } from './application.entity.js';

/** Roles that an organisation can ask for. */
export type AskedRole = 'credential_manager' | 'org_admin';
export type RequestState = 'open' | 'approved' | 'declined' | 'withdrawn';

/**
 * An org admin asks that somebody of the organisation gets a role (R5). The person is known by the
 * e-mail address, which never changes: there may be no account yet.
 */
@Entity('role_requests')
@Index('role_requests_open_key', { synchronize: false })
@Index('role_requests_open_idx', ['requestedAt', 'id'], { where: `state = 'open'` })
@Index('role_requests_decided_idx', ['decidedAt', 'id'], { where: `state <> 'open'` })
@Index('role_requests_organisation_idx', ['organisationId', 'requestedAt'])
@ForeignKey(() => Application, ['applicationId', 'organisationId'], ['id', 'organisationId'], {
  name: 'role_requests_application_fkey',
})
@ForeignKey(() => User, ['requestedBy', 'organisationId'], ['id', 'organisationId'], {
  name: 'role_requests_requested_by_fkey',
})
@Check(
  'role_requests_role_check',
  `case role
    when 'org_admin' then application_id is null
    when 'credential_manager' then application_id is not null
    else false end`,
)
@Check('role_requests_state_check', `state in ('open', 'approved', 'declined', 'withdrawn')`)
@Check(
  'role_requests_decided_check',
  `(state = 'open') = (decided_at is null) and (state = 'open') = (decided_by is null)`,
)
@Check('role_requests_reason_check', `(state = 'declined') = (reason is not null)`)
export class RoleRequest {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'role_requests_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Organisation, { name: 'role_requests_organisation_fkey' })
  organisationId: string;

  @Column('text')
  role: AskedRole;

  @Column('uuid', { nullable: true })
  applicationId: string | null;

  @Column('text')
  email: string;

  /** As it was when the request was filed. */
  @Column('text')
  name: string;

  /** The last day of the role, YYYY-MM-DD. */
  @Column('date', { nullable: true })
  lastDay: string | null;

  @Column('uuid')
  requestedBy: string;

  @Column('timestamptz')
  requestedAt: Date;

  @Column('text')
  state: RequestState;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'role_requests_decided_by_fkey' })
  decidedBy: string | null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null;

  /** Why it was declined, for whoever asked. */
  @Column('text', { nullable: true })
  reason: string | null;
}
