import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn, Unique } from 'typeorm';
import { Application } from '../applications/application.entity.js';
import { Secret } from '../secrets/secret.entity.js';
import { User } from '../users/user.entity.js';

/** A live domain needs https; on a test domain only accepted test users sign in. */
export type DomainEnvironment = 'live' | 'test';

export type UrlKind = 'callback' | 'webhook';

/**
 * From where the secrets of an application may be used by header authentication. Its host never changes:
 * another host is another domain. Deleted, it stays for the audit.
 */
@Entity('domains')
@Index('domains_host_key', ['applicationId', 'host'], {
  unique: true,
  where: 'deleted_at is null',
})
@Index('domains_primary_key', ['applicationId'], {
  unique: true,
  where: 'is_primary and deleted_at is null',
})
@Unique('domains_id_application_key', ['id', 'applicationId'])
@Check(
  'domains_host_check',
  `char_length(host) between 1 and 253
    and host ~ '^[a-z0-9-]+([.][a-z0-9-]+)*$' and host !~ '^www[.]'`,
)
@Check('domains_name_check', 'char_length(name) between 1 and 100')
@Check('domains_environment_check', `environment in ('live', 'test')`)
@Check('domains_server_ips_check', 'cardinality(server_ips) <= 50')
@Check('domains_logo_check', 'octet_length(logo) <= 262144')
export class Domain {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'domains_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Application, { name: 'domains_application_fkey' })
  applicationId: string;

  /** As hosts are compared: small letters, no port, no dot at the end, no `www.` in front. */
  @Column('text')
  host: string;

  /** For the people of the application. */
  @Column('text')
  name: string;

  @Column('text')
  environment: DomainEnvironment;

  /** Users may be signed in for it. */
  @Column('boolean', { default: false })
  allowLogin: boolean;

  /** Calls other than those of a sign-in are answered. */
  @Column('boolean', { default: true })
  allowApi: boolean;

  @Column('boolean', { default: true })
  active: boolean;

  /** The one that stands for the application, at most one of it. */
  @Column('boolean', { default: false })
  isPrimary: boolean;

  /** Addresses and networks from which its servers call; when empty, from everywhere. */
  @Column('text', { array: true, default: '{}' })
  serverIps: string[];

  /** Where a browser goes after a sign-in that failed. */
  @Column('text', { nullable: true })
  fallbackUri: string | null;

  /** A PNG of ours, made from what was uploaded. Never read along with the rest. */
  @Column('bytea', { nullable: true, select: false })
  logo: Buffer | null;

  @Column('timestamptz')
  createdAt: Date;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'domains_created_by_fkey' })
  createdBy: string | null;

  @Column('timestamptz', { nullable: true })
  deletedAt: Date | null;

  @Column('uuid', { nullable: true })
  @ForeignKey(() => User, { name: 'domains_deleted_by_fkey' })
  deletedBy: string | null;
}

/** Where a browser comes back to after a sign-in, or where messages about secrets are sent. */
@Entity('domain_urls')
@Unique('domain_urls_key', ['domainId', 'kind', 'url'])
@Check('domain_urls_kind_check', `kind in ('callback', 'webhook')`)
@Check('domain_urls_url_check', 'char_length(url) between 8 and 2000')
export class DomainUrl {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'domain_urls_pkey' })
  id: string;

  @Column('uuid')
  @ForeignKey(() => Domain, { name: 'domain_urls_domain_fkey' })
  domainId: string;

  @Column('text')
  kind: UrlKind;

  @Column('text')
  url: string;

  /** Nothing is sent to one that is not. */
  @Column('boolean', { default: true })
  active: boolean;

  @Column('timestamptz')
  createdAt: Date;
}

/** A secret works on the domains that it is linked to, all of the same application. */
@Entity('secret_domains')
@Index('secret_domains_domain_idx', ['domainId'])
@ForeignKey(() => Secret, ['secretId', 'applicationId'], ['id', 'applicationId'], {
  name: 'secret_domains_secret_fkey',
})
@ForeignKey(() => Domain, ['domainId', 'applicationId'], ['id', 'applicationId'], {
  name: 'secret_domains_domain_fkey',
})
export class SecretDomain {
  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'secret_domains_pkey' })
  secretId: string;

  @PrimaryColumn('uuid', { primaryKeyConstraintName: 'secret_domains_pkey' })
  domainId: string;

  @Column('uuid')
  applicationId: string;
}
