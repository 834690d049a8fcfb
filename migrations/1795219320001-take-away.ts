import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Resources and APIs that nobody needs any more are taken away. The row stays for the audit and for what
 * once referred to it; its names are free again. What is in use stays: the triggers decide, also when a
 * grant or an application is made at the same moment.
 */
export class TakeAway1795219320001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(columns);
    await runner.query(unused);
    await runner.query(there);
    await runner.query(checkGrant(locked, `, deleted_at`, live));
  }

  /** What was taken away is there again, under names that nobody asks for. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(checkGrant('', '', ''));
    await runner.query(`
      drop trigger resources_api_there on resources;
      drop trigger applications_api_there on applications;
      drop trigger resources_unused on resources;
      drop trigger apis_unused on apis;
      drop function check_api_there, check_resource_unused, check_api_unused;
      alter table resources disable trigger resources_frozen;
      update resources set audience = 'urn:uuid:' || id, scope = id::text, name = left(name, 60) || ' ' || id
        where deleted_at is not null;
      alter table resources enable trigger resources_frozen;
      drop index resources_audience_key, resources_name_key, resources_scope_key;
      alter table resources
        drop column deleted_by, drop column deleted_at,
        add constraint resources_audience_key unique (audience),
        add constraint resources_name_key unique (name, environment),
        add constraint resources_scope_key unique (scope);
      alter table apis drop column deleted_by, drop column deleted_at;
    `);
  }
}

const columns = `
  alter table apis add column deleted_at timestamptz, add column deleted_by uuid;
  alter table resources
    add column deleted_at timestamptz,
    add column deleted_by uuid,
    add constraint resources_own_check check (deleted_at is null or not any_api),
    drop constraint resources_audience_key,
    drop constraint resources_name_key,
    drop constraint resources_scope_key;
  create unique index resources_audience_key on resources (audience) where deleted_at is null;
  create unique index resources_name_key on resources (name, environment) where deleted_at is null;
  create unique index resources_scope_key on resources (scope) where deleted_at is null;
`;

const refuse = (constraint: string) => `
  raise exception 'still in use'
    using errcode = 'restrict_violation', constraint = '${constraint}';`;

/* The row is locked for update by whoever takes it away, so what refers to it waits or is seen. */
const unused = `
  create function check_resource_unused() returns trigger language plpgsql as $$
  begin
    if exists (select from grants g join applications a on a.id = g.application_id
        where g.resource_id = new.id and a.deleted_at is null) then
      ${refuse('resources_granted_check')}
    end if;
    if exists (select from secrets s where s.resource_id = new.id and s.deleted_at is null) then
      ${refuse('resources_secrets_check')}
    end if;
    return new;
  end $$;
  create trigger resources_unused before update on resources for each row
    when (old.deleted_at is null and new.deleted_at is not null)
    execute function check_resource_unused();

  create function check_api_unused() returns trigger language plpgsql as $$
  begin
    if exists (select from resources r where r.api_code = new.code and r.deleted_at is null) then
      ${refuse('apis_resources_check')}
    end if;
    if exists (select from applications a where a.api_code = new.code and a.deleted_at is null) then
      ${refuse('apis_applications_check')}
    end if;
    return new;
  end $$;
  create trigger apis_unused before update on apis for each row
    when (old.deleted_at is null and new.deleted_at is not null)
    execute function check_api_unused();
`;

/* First the lock, then a look: a statement sees what was committed before it began. */
const there = `
  create function check_api_there() returns trigger language plpgsql as $$
  begin
    perform from apis where code = new.api_code for key share;
    if exists (select from apis where code = new.api_code and deleted_at is not null) then
      raise exception 'this API was taken away'
        using errcode = 'check_violation', constraint = tg_table_name || '_api_there_check';
    end if;
    return new;
  end $$;
  create trigger applications_api_there before insert on applications
    for each row execute function check_api_there();
  create trigger resources_api_there before insert on resources
    for each row execute function check_api_there();
`;

const locked = `
    perform from resources where id = new.resource_id for key share;`;

const live = `
    if res.deleted_at is not null then
      raise exception 'this resource was taken away'
        using errcode = 'check_violation', constraint = 'grants_resource_there_check';
    end if;`;

/** The same as before, and what is given besides. */
const checkGrant = (first: string, columns: string, check: string) => `
  create or replace function check_grant() returns trigger language plpgsql as $$
  declare
    app record;
    res record;
  begin${first}
    select kind, api_code, organisation_id into app from applications where id = new.application_id;
    select api_code, open_to_alternative, scopes, operator_scopes, any_api${columns}
      into res from resources where id = new.resource_id;${check}
    if app.api_code <> res.api_code and not res.any_api then
      raise exception 'resource belongs to another API'
        using errcode = 'check_violation', constraint = 'grants_same_api_check';
    end if;
    if not new.scopes <@ res.scopes or (res.scopes <> '{}' and new.scopes = '{}') then
      raise exception 'these are not scopes of the resource'
        using errcode = 'check_violation', constraint = 'grants_scopes_check';
    end if;
    if new.scopes && res.operator_scopes and not exists
        (select 1 from organisations o where o.id = app.organisation_id and o.operator) then
      raise exception 'a scope for operator organisations'
        using errcode = 'check_violation', constraint = 'grants_operator_check';
    end if;
    if app.kind = 'partner_alternative' and not res.open_to_alternative then
      raise exception 'not open to an alternative application'
        using errcode = 'check_violation', constraint = 'grants_alternative_check';
    end if;
    return new;
  end $$;
`;
