import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Keyturn's own API as a resource: scopes in grants, operator organisations, keys that make a request happen once. */
export class OwnApi1795219205000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(columns);
    await runner.query(checkGrant(anyApi + scopes, ', scopes, operator_scopes, any_api'));
    await runner.query(ownResource);
    await runner.query(idempotency);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table idempotency_keys;
      delete from grants g using resources r where r.id = g.resource_id and r.any_api;
      delete from resources where any_api;
      delete from apis where code = 'KT' and not exists (select 1 from applications where api_code = 'KT');
    `);
    await runner.query(checkGrant(sameApi, ''));
    await runner.query(`
      alter table secrets drop column created_by_secret, drop column lost_at;
      alter table grants drop column scopes;
      alter table resources drop column any_api, drop column scopes, drop column operator_scopes;
      alter table organisations drop column operator;
    `);
  }
}

const columns = `
  -- The organisation of those who run the service: its applications may be given IT's scopes.
  alter table organisations add column operator boolean not null default false;

  alter table resources
    add column any_api boolean not null default false,
    add column scopes text[] not null default '{}',
    add column operator_scopes text[] not null default '{}',
    add constraint resources_operator_scopes_check check (operator_scopes <@ scopes);

  alter table grants add column scopes text[] not null default '{}';

  alter table secrets
    add column created_by_secret uuid,
    -- Its creator asked again with the same key: the answer with the value never arrived.
    add column lost_at timestamptz,
    add constraint secrets_created_by_secret_fkey foreign key (created_by_secret) references secrets (id);
`;

const sameApi = `
    if app.api_code <> res.api_code then
      raise exception 'resource belongs to another API'
        using errcode = 'check_violation', constraint = 'grants_same_api_check';
    end if;`;

const anyApi = sameApi.replace('res.api_code then', 'res.api_code and not res.any_api then');

const scopes = `
    if not new.scopes <@ res.scopes or (res.scopes <> '{}' and new.scopes = '{}') then
      raise exception 'these are not scopes of the resource'
        using errcode = 'check_violation', constraint = 'grants_scopes_check';
    end if;
    if new.scopes && res.operator_scopes and not exists
        (select 1 from organisations o where o.id = app.organisation_id and o.operator) then
      raise exception 'a scope for operator organisations'
        using errcode = 'check_violation', constraint = 'grants_operator_check';
    end if;`;

const checkGrant = (checks: string, more: string) => `
  create or replace function check_grant() returns trigger language plpgsql as $$
  declare
    app record;
    res record;
  begin
    select kind, api_code, organisation_id into app from applications where id = new.application_id;
    select api_code, open_to_alternative${more} into res from resources where id = new.resource_id;
    ${checks}
    if app.kind = 'partner_alternative' and not res.open_to_alternative then
      raise exception 'not open to an alternative application'
        using errcode = 'check_violation', constraint = 'grants_alternative_check';
    end if;
    return new;
  end $$;
`;

// The audience follows from PUBLIC_URL and is written at the start.
const ownResource = `
  insert into apis (code, name) values ('KT', 'Keyturn') on conflict do nothing;
  insert into resources (id, api_code, name, environment, audience, scope, any_api, scopes, operator_scopes)
  values ('0190a000-0000-7000-8000-6b65797475aa', 'KT', 'Keyturn', 'production', 'urn:keyturn:api', 'keyturn',
    true, '{secrets.read,secrets.manage,audit.read,provisioning.read,provisioning.write}',
    '{provisioning.read,provisioning.write}');
`;

const idempotency = `
  create table idempotency_keys (
    application_id uuid not null,
    key text not null,
    digest bytea not null,
    created_at timestamptz not null,
    status integer,
    subject_id uuid,
    location text,
    answer jsonb,
    constraint idempotency_keys_pkey primary key (application_id, key),
    constraint idempotency_keys_application_fkey foreign key (application_id) references applications (id)
  );
  create index idempotency_keys_created_idx on idempotency_keys (created_at);
`;
