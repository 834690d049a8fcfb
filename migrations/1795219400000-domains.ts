import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Domains: from where the secrets of an application may be used, and where answers about it may go. */
export class Domains1795219400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(domains);
    await runner.query(urls);
    await runner.query(links);
    await runner.query(
      `alter table resources add column needs_verification boolean not null default false`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table resources drop column needs_verification;
      drop table secret_domains, domain_urls, domains;
      alter table secrets drop constraint secrets_id_application_key;
    `);
  }
}

/* A domain is its host: another host is another domain. A deleted one stays for the audit and frees its host. */
const domains = `
  create table domains (
    id uuid not null,
    application_id uuid not null,
    host text not null,
    name text not null,
    environment text not null,
    allow_login boolean not null default false,
    allow_api boolean not null default true,
    active boolean not null default true,
    is_primary boolean not null default false,
    server_ips text[] not null default '{}',
    fallback_uri text,
    logo bytea,
    created_at timestamptz not null,
    created_by uuid,
    deleted_at timestamptz,
    deleted_by uuid,
    constraint domains_pkey primary key (id),
    constraint domains_id_application_key unique (id, application_id),
    constraint domains_application_fkey foreign key (application_id) references applications (id),
    constraint domains_created_by_fkey foreign key (created_by) references users (id),
    constraint domains_deleted_by_fkey foreign key (deleted_by) references users (id),
    -- As hosts are compared: small letters, no port, no dot at the end, no www. in front.
    constraint domains_host_check check (char_length(host) between 1 and 253
      and host ~ '^[a-z0-9-]+([.][a-z0-9-]+)*$' and host !~ '^www[.]'),
    constraint domains_name_check check (char_length(name) between 1 and 100),
    constraint domains_environment_check check (environment in ('live', 'test')),
    constraint domains_server_ips_check check (cardinality(server_ips) <= 50),
    constraint domains_logo_check check (octet_length(logo) <= 262144)
  );
  create unique index domains_host_key on domains (application_id, host) where deleted_at is null;
  create unique index domains_primary_key on domains (application_id)
    where is_primary and deleted_at is null;
  create trigger domains_frozen before update on domains for each row
    when ((old.application_id, old.host, old.created_at)
      is distinct from (new.application_id, new.host, new.created_at))
    execute function refuse_frozen_columns('application_id', 'host', 'created_at');
`;

const urls = `
  create table domain_urls (
    id uuid not null,
    domain_id uuid not null,
    kind text not null,
    url text not null,
    active boolean not null default true,
    created_at timestamptz not null,
    constraint domain_urls_pkey primary key (id),
    constraint domain_urls_domain_fkey foreign key (domain_id) references domains (id),
    constraint domain_urls_key unique (domain_id, kind, url),
    constraint domain_urls_kind_check check (kind in ('callback', 'webhook')),
    constraint domain_urls_url_check check (char_length(url) between 8 and 2000)
  );
`;

/* Both keys name the application, so that a secret is never linked to a domain of another one. */
const links = `
  alter table secrets add constraint secrets_id_application_key unique (id, application_id);
  create table secret_domains (
    secret_id uuid not null,
    domain_id uuid not null,
    application_id uuid not null,
    constraint secret_domains_pkey primary key (secret_id, domain_id),
    constraint secret_domains_secret_fkey
      foreign key (secret_id, application_id) references secrets (id, application_id),
    constraint secret_domains_domain_fkey
      foreign key (domain_id, application_id) references domains (id, application_id)
  );
  create index secret_domains_domain_idx on secret_domains (domain_id);
`;
