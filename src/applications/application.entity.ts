import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Organisation } from '../organisations/organisation.entity.js';
import { User } from '../users/user.entity.js';
import type { ApplicationKind } from './application-name.js';

/** An API as data (A5). A code that was taken away can be made again. */
@Entity('apis')
@Check('apis_code_check', `code ~ '^[A-Z][A-Z0-9]{1,9}$'`)
export class Api {
  @PrimaryColumn('text', { primaryKeyConstraintName: 'apis_pkey' })
  code: string;

  @Column('text')
  name: string;

  @Column('timestamptz', { nullable: true })
  deletedAt: Date | null;

  @Column('uuid', { nullable: true })
  deletedBy: string | null;
}

export type Environment = 'production' | 'sandbox';

/** A signed token that reads by itself, or one that its resource server must ask about (T3). */
export type TokenFormat = 'jwt' | 'opaque';

/** What a token may reach: an API in one environment (A6). */
@Entity('resources')
@Index('resources_audience_key', ['audience'], { unique: true, where: 'deleted_at is null' })
@Index('resources_name_key', ['name', 'environment'], {
  unique: true,
  where: 'deleted_at is null',
})
@Index('resources_scope_key', ['scope'], { unique: true, where: 'deleted_at is null' })
@Check('resources_environment_check', `environment in ('production', 'sandbox')`)
@Check('resources_scope_check', `scope ~ '^[a-z0-9][a-z0-9._-]{0,99}$'`)
@Check('resources_own_check', 'deleted_at is null or not any_api')
@Check('resources_operator_scopes_check', 'operator_scopes <@ scopes')
@Check('resources_token_seconds_check', 'token_seconds between 60 and 3600')
@Check('resources_token_format_check', `token_format in ('jwt', 'opaque')`)
export class Resource {
  /** Also the client ID of its resource server. */
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'resources_pkey' })
  id: string;

  @Column('text')
  @ForeignKey(() => Api, { name: 'resources_api_fkey' })
  apiCode: string;

  @Column('text')
  name: string;

  @Column('text')
  environment: Environment;

  @Column('text')
  audience: string;

  /** The name by which a token request may ask for it (T2). */
  @Column('text')
  scope: string;

  /** How long its tokens live, in seconds; an hour at the most (T3). */
  @Column('integer', { default: 3600 })
  tokenSeconds: number;

  @Column('text', { default: 'jwt' })
  tokenFormat: TokenFormat;

  /** May be granted to a PartnerAlternative application (A7). */
  @Column('boolean', { default: false })
  openToAlternative: boolean;

  /** May be granted to applications of every API: Keyturn's own. */
  @Column('boolean', { default: false })
  anyApi: boolean;

  /** What a grant can allow, for a resource that tells its callers apart; empty for others. */
  @Column('text', { array: true, default: '{}' })
  scopes: string[];

  /** Those of them that only applications of an operator organisation can have. */
  @Column('text', { array: true, default: '{}' })
  operatorScopes: string[];

  /** IT verifies an application before it can use this. */
  @Column('boolean', { default: false })
  needsVerification: boolean;

  @Column('timestamptz', { nullable: true })
  deletedAt: Date | null;

  @Column('uuid', { nullable: true })
  deletedBy: string | null;
}

/** One registered API client. `clientId` is for ever (A2); `name` follows from its parts (A3). */
@Entity('applications')
@Index('applications_name_key', { synchronize: false })
@Index('applications_name_prefix_idx', { synchronize: false })
@Index('applications_slug_prefix_idx', { synchronize: false })
@Index('applications_api_idx', { synchronize: false })
@Index('applications_disabled_idx', { synchronize: false })
@Index('applications_created_idx', ['createdAt', 'id'], { where: 'deleted_at is null' })
@Index('applications_organisation_idx', ['organisationId'])
@Unique('applications_client_id_key', ['clientId'])
@Unique('applications_id_organisation_key', ['id', 'organisationId'])
@Check('applications_kind_check', `kind in ('partner', 'partner_alternative')`)
@Check('applications_alternative_check', `kind = 'partner' or api_code = 'SMC'`)
@Check(
  'applications_name_check',
  `name = case kind when 'partner' then 'Partner' else 'PartnerAlternative' end
    || '-' || country || '-' || slug || '-' || api_code`,
)
export class Application {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'applications_pkey' })
  id: string;

  @Column('uuid')
  clientId: string;

  @Column('uuid')
  @ForeignKey(() => Organisation, { name: 'applications_organisation_fkey' })
  organisationId: string;

  @Column('text')
  kind: ApplicationKind;

  @Column('text')
  country: string;

  @Column('text')
  slug: string;

  @Column('text')
  @ForeignKey(() => Api, { name: 'applications_api_fkey' })
  apiCode: string;

  @Column('text')
  name: string;

  @Column('timestamptz')
  createdAt: Date;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'applications_created_by_fkey' })
  createdBy: string | null;

  @Column('timestamptz', { nullable: true })
  disabledAt: Date | null;

  @Column('uuid', { nullable: true })
  disabledBy: string | null;

  @Column('timestamptz', { nullable: true })
  deletedAt: Date | null;

  @Column('uuid', { nullable: true })
  deletedBy: string | null;
}

/** A resource granted to an application. A trigger holds A6, A7 and what scopes it may name. */
@Entity('grants')
export class Grant {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'grants_pkey' })
  @ForeignKey(() => Application, { name: 'grants_application_fkey' })
  applicationId: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'grants_pkey' })
  @ForeignKey(() => Resource, { name: 'grants_resource_fkey' })
  resourceId: string;

  /** Of the resource's scopes, for one that has any. */
  @Column('text', { array: true, default: '{}' })
  scopes: string[];

  @Column('timestamptz')
  grantedAt: Date;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'grants_granted_by_fkey' })
  grantedBy: string | null;
}
