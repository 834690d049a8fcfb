import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets of resource servers; the form of a resource's tokens; opaque tokens. */
export class ResourceServers1795219201000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(secrets);
    await runner.query(tokens);
  }

  /** Takes the secrets of resource servers with it: there is no place for them any more. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table opaque_tokens;
      alter table resources drop column token_format;
      delete from secret_uses using secrets s where s.id = secret_id and s.resource_id is not null;
      delete from secret_addresses using secrets s where s.id = secret_id and s.resource_id is not null;
      delete from secrets where resource_id is not null;
      drop trigger secrets_frozen on secrets;
      drop index secrets_resource_name_key;
      alter table secrets drop column resource_id, alter column application_id set not null;
      create trigger secrets_frozen before update on secrets for each row
        execute function refuse_frozen_columns('application_id', 'created_at', 'expires_at', 'digest', 'hint');
    `);
  }
}

const secrets = `
  -- A secret belongs to an application, or to the resource server of a resource.
  alter table secrets
    alter column application_id drop not null,
    add column resource_id uuid,
    add constraint secrets_resource_fkey foreign key (resource_id) references resources (id),
    add constraint secrets_owner_check check (num_nonnulls(application_id, resource_id) = 1);
  create unique index secrets_resource_name_key on secrets (resource_id, lower(name))
    where deleted_at is null and resource_id is not null;
  drop trigger secrets_frozen on secrets;
  create trigger secrets_frozen before update on secrets for each row execute function
    refuse_frozen_columns('application_id', 'resource_id', 'created_at', 'expires_at', 'digest', 'hint');
`;

const tokens = `
  alter table resources
    add column token_format text not null default 'jwt',
    add constraint resources_token_format_check check (token_format in ('jwt', 'opaque'));

  -- No foreign keys: each token would lock the rows of its secret and of its resource, and rows live
  -- for an hour.
  create table opaque_tokens (
    digest bytea not null,
    jti uuid not null,
    secret_id uuid not null,
    resource_id uuid not null,
    issued_at timestamptz not null,
    expires_at timestamptz not null,
    constraint opaque_tokens_pkey primary key (digest)
  );
  create index opaque_tokens_expires_idx on opaque_tokens (expires_at);
`;
