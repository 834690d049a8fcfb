import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Application } from '../applications/application.entity.js';
import { Domain } from '../domains/domain.entity.js';
import { User } from '../users/user.entity.js';

/** What a user is called outside. Programs read it as a whole number, so it is below 2^53. */
@Entity('subjects')
@Unique('subjects_user_key', ['userId'])
@Check('subjects_sub_check', 'sub between 1 and 9007199254740991')
export class Subject {
  @PrimaryColumn('bigint', { primaryKeyConstraintName: 'subjects_pkey' })
  sub: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'subjects_user_fkey' })
  userId: string;
}

/** A user who has signed in for an application, and what it may read about them. */
@Entity('client_users')
@Index('client_users_user_idx', ['userId'])
export class ClientUser {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'client_users_pkey' })
  @ForeignKey(() => Application, { name: 'client_users_application_fkey' })
  applicationId: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'client_users_pkey' })
  @ForeignKey(() => User, { name: 'client_users_user_fkey' })
  userId: string;

  /** Of the Sign-in resource, as the user agreed last. */
  @Column('text', { array: true, default: '{}' })
  scopes: string[];

  @Column('timestamptz')
  connectedAt: Date;

  @Column('timestamptz')
  lastSignInAt: Date;

  /** By the user. The next sign-in connects them again. */
  @Column('timestamptz', { nullable: true })
  revokedAt: Date | null;
}

/**
 * One sign-in for an application: asked for with a start token, decided by a user, collected with a
 * result token. Two tokens, so that whoever started it cannot collect it. Only digests are kept.
 */
@Entity('login_requests')
@Unique('login_requests_start_key', ['startDigest'])
@Unique('login_requests_result_key', ['resultDigest'])
@Index('login_requests_created_idx', ['createdAt'])
@ForeignKey(() => Domain, ['domainId', 'applicationId'], ['id', 'applicationId'], {
  name: 'login_requests_domain_fkey',
})
@Check(
  'login_requests_result_check',
  `(result_digest is null) = (result_ends_at is null)
    and (decided_at is null or user_id is not null)
    and (result_digest is null or decided_at is not null)
    and (used_at is null or result_digest is not null)`,
)
@Check('login_requests_kind_check', `kind in ('token', 'code')`)
@Check(
  'login_requests_code_check',
  `(kind = 'code') = (scope is not null) and (kind = 'code') = (code_challenge is not null)
    and (kind = 'code') = (auth_time is not null)
    and (kind = 'code' or (state is null and nonce is null))`,
)
export class LoginRequest {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'login_requests_pkey' })
  id: string;

  @Column('uuid')
  applicationId: string;

  @Column('uuid')
  domainId: string;

  @Column('text')
  redirectUrl: string;

  @Column('bytea')
  startDigest: Buffer;

  @Column('timestamptz')
  createdAt: Date;

  @Column('timestamptz')
  startEndsAt: Date;

  /** Who opened it first; it is nobody else's from then on. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'login_requests_user_fkey' })
  userId: string | null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null;

  /** Absent when it was declined. */
  @Column('bytea', { nullable: true })
  resultDigest: Buffer | null;

  @Column('timestamptz', { nullable: true })
  resultEndsAt: Date | null;

  @Column('timestamptz', { nullable: true })
  usedAt: Date | null;

  @Column('text', { default: 'token' })
  kind: LoginKind;

  /** Goes back with a code as it came. */
  @Column('text', { nullable: true })
  state: string | null;

  /** Stands in the ID token as it came. */
  @Column('text', { nullable: true })
  nonce: string | null;

  @Column('text', { nullable: true })
  scope: string | null;

  /** PKCE, S256. */
  @Column('text', { nullable: true })
  codeChallenge: string | null;

  /** When the person signed in. */
  @Column('timestamptz', { nullable: true })
  authTime: Date | null;
}

/** What goes back to the application: a token to verify, or a code to exchange (OAuth 2). */
export type LoginKind = 'token' | 'code';

/** `access`: a user asks to be let in; `test_user`: managers ask a user to try the application out. */
export type AccessKind = 'access' | 'test_user';
export type AskedState = 'pending' | 'accepted' | 'declined' | 'withdrawn';

/** Whoever is accepted may sign in on test domains. */
@Entity('access_requests')
@Index('access_requests_live_key', ['applicationId', 'userId'], {
  unique: true,
  where: `state in ('pending', 'accepted')`,
})
@Index('access_requests_user_idx', ['userId'])
@Check('access_requests_kind_check', `kind in ('access', 'test_user')`)
@Check('access_requests_asker_check', `kind <> 'access' or requested_by = user_id`)
@Check('access_requests_note_check', 'char_length(note) between 1 and 500')
@Check('access_requests_state_check', `state in ('pending', 'accepted', 'declined', 'withdrawn')`)
@Check(
  'access_requests_decided_check',
  `(state = 'pending') = (decided_at is null) and (state = 'pending') = (decided_by is null)`,
)
export class AccessRequest {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'access_requests_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Application, { name: 'access_requests_application_fkey' })
  applicationId: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'access_requests_user_fkey' })
  userId: string;

  @Column('text')
  kind: AccessKind;

  @Column('text', { nullable: true })
  note: string | null;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'access_requests_requested_by_fkey' })
  requestedBy: string;

  @Column('timestamptz')
  requestedAt: Date;

  @Column('text', { default: 'pending' })
  state: AskedState;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'access_requests_decided_by_fkey' })
  decidedBy: string | null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null;
}

/** Managers ask IT to verify their application; accepted, it unlocks the resources on the domains. */
@Entity('verifications')
@Index('verifications_pending_key', ['applicationId'], {
  unique: true,
  where: `state = 'pending'`,
})
@Index('verifications_application_idx', ['applicationId'])
@Index('verifications_state_idx', ['state', 'requestedAt'])
@Check(
  'verifications_about_check',
  'cardinality(domain_ids) between 1 and 50 and cardinality(resource_ids) between 1 and 50',
)
@Check(
  'verifications_note_check',
  'char_length(note) between 1 and 2000 and char_length(decision_note) between 1 and 2000',
)
@Check('verifications_state_check', `state in ('pending', 'accepted', 'declined', 'withdrawn')`)
@Check(
  'verifications_decided_check',
  `(state = 'pending') = (decided_at is null) and (state = 'pending') = (decided_by is null)`,
)
export class Verification {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'verifications_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Application, { name: 'verifications_application_fkey' })
  applicationId: string;

  /** All of the application. */
  @Column('uuid', { array: true })
  domainIds: string[];

  @Column('uuid', { array: true })
  resourceIds: string[];

  /** What the managers say. */
  @Column('text')
  note: string;

  @Column('uuid')
  @ForeignKey(() => User, { name: 'verifications_requested_by_fkey' })
  requestedBy: string;

  @Column('timestamptz')
  requestedAt: Date;

  @Column('text', { default: 'pending' })
  state: AskedState;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'verifications_decided_by_fkey' })
  decidedBy: string | null;

  @Column('timestamptz', { nullable: true })
  decidedAt: Date | null;

  /** What IT says. */
  @Column('text', { nullable: true })
  decisionNote: string | null;
}
