import {
  Check,
  Column,
  Entity,
  ForeignKey,
  Index,
  PrimaryColumn,
  PrimaryGeneratedColumn,
} from 'typeorm';
import { Application, Resource } from '../applications/application.entity.js';
import { Secret } from './secret.entity.js';

/** How often a secret was used on a UTC day (S12). */
@Entity('secret_uses')
export class SecretUse {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'secret_uses_pkey' })
  @ForeignKey(() => Secret, { name: 'secret_uses_secret_fkey' })
  secretId: string;

  @PrimaryColumn('date', { primaryKeyConstraintName: 'secret_uses_pkey' })
  day: string;

  @Column('bigint')
  count: string;
}

/** From where a secret was used; kept for 30 days (S12). */
@Entity('secret_addresses')
@Index('secret_addresses_last_used_idx', ['lastUsedAt'])
export class SecretAddress {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'secret_addresses_pkey' })
  @ForeignKey(() => Secret, { name: 'secret_addresses_secret_fkey' })
  secretId: string;

  @PrimaryColumn('text', { primaryKeyConstraintName: 'secret_addresses_pkey' })
  address: string;

  @Column('timestamptz')
  lastUsedAt: Date;
}

/** Why a secret was refused; the caller is not told (T4). */
export const secretReasons = [
  'wrong_secret',
  'deleted',
  'expired',
  'off',
  'application_disabled',
  'application_deleted',
] as const;

/** Why a call with a good secret was refused by what the application's domain allows. */
export const domainReasons = [
  'domain_unknown',
  'secret_not_linked',
  'domain_inactive',
  'login_not_allowed',
  'api_not_allowed',
  'ip_not_allowed',
  'https_required',
  'redirect_not_registered',
  'token_invalid',
  'user_unknown',
  'user_not_connected',
  'scope_missing',
] as const;

export type SecretReason = (typeof secretReasons)[number];
export type DomainReason = (typeof domainReasons)[number];
export type RefusalReason = SecretReason | DomainReason;

const all = [...secretReasons, ...domainReasons].map((reason) => `'${reason}'`).join(', ');

/** A refused call with its true reason, for the owner's activity log (T4). */
@Entity('refused_calls')
@Index('refused_calls_application_idx', ['applicationId', 'id'])
@Index('refused_calls_resource_idx', ['resourceId', 'id'], { where: 'resource_id is not null' })
@Index('refused_calls_at_idx', ['at'])
@Check('refused_calls_owner_check', 'num_nonnulls(application_id, resource_id) = 1')
@Check('refused_calls_reason_check', `reason in (${all})`)
export class RefusedCall {
  @PrimaryGeneratedColumn('identity', {
    type: 'bigint',
    generatedIdentity: 'BY DEFAULT',
    primaryKeyConstraintName: 'refused_calls_pkey',
  })
  id: string;

  @Column('timestamptz')
  at: Date;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => Application, { name: 'refused_calls_application_fkey' })
  applicationId: string | null;

  /** Of whose resource server the client ID is. */
  @Column('uuid', { nullable: true })
  @ForeignKey(() => Resource, { name: 'refused_calls_resource_fkey' })
  resourceId: string | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => Secret, { name: 'refused_calls_secret_fkey' })
  secretId: string | null;

  @Column('text')
  reason: RefusalReason;

  @Column('text')
  address: string;
}
