import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Roles as data. The three fixed ones become rows that nobody can change; what each of them opens is
 * exactly what the code opened to its name before.
 */
export class Roles1795219420000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(table);
    await runner.query(builtIn);
    await runner.query(guards);
    await runner.query(assignments);
  }

  /** The fixed roles alone have a meaning to what came before. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger role_assignments_place on role_assignments;
      drop function check_role_place();
      delete from role_assignments where role not in ('it', 'org_admin', 'credential_manager');
      alter table role_assignments
        drop constraint role_assignments_role_fkey,
        drop constraint role_assignments_confirmation_check,
        drop constraint role_assignments_role_check;
      alter table role_assignments
        add constraint role_assignments_role_check check (case role
          when 'it' then organisation_id is null and application_id is null
          when 'org_admin' then organisation_id is not null and application_id is null
          when 'credential_manager' then organisation_id is not null and application_id is not null
          else false end),
        add constraint role_assignments_confirmation_check
          check (role = 'it' or (confirmed_by is not null and confirmed_on is not null));
      drop table roles;
      drop function guard_role();
    `);
  }
}

const table = `
  create table roles (
    key text not null,
    name text not null,
    description text not null,
    level text not null,
    group_name text not null,
    permissions text[] not null,
    ends_at timestamptz,
    active boolean not null,
    built_in boolean not null,
    created_by uuid,
    created_at timestamptz not null,
    constraint roles_pkey primary key (key),
    constraint roles_key_check check (key ~ '^[a-z][a-z0-9_]{1,39}$'),
    constraint roles_level_check check (level in ('application', 'organisation', 'platform')),
    constraint roles_built_in_check check (not built_in or active and ends_at is null),
    -- Each level has permissions of its own, and each permission is asked for somewhere.
    constraint roles_permissions_check check (cardinality(permissions) > 0 and permissions <@ case level
      when 'application' then array['applications.see', 'secrets.manage', 'audit.see',
        'reminders.receive', 'domains.manage']
      when 'organisation' then array['applications.see', 'secrets.manage', 'audit.see',
        'reminders.receive', 'domains.manage', 'role_requests.file']
      else array['applications.see', 'audit.see', 'support.see', 'reminders.receive',
        'domains.manage', 'platform.administer'] end),
    -- C6: what gives roles is IT's own, so that nobody can make a role to raise himself with.
    constraint roles_power_check check (built_in or not 'platform.administer' = any (permissions)),
    -- Nobody manages, or reads the history of, what they do not see.
    constraint roles_sight_check check ('applications.see' = any (permissions)
      or not permissions && case level when 'platform' then array['domains.manage']
        else array['secrets.manage', 'audit.see', 'domains.manage'] end)
  );
  create unique index roles_name_key on roles (lower(name));
`;

const builtIn = `
  insert into roles (key, name, description, level, group_name, permissions, active, built_in,
    created_at) values
  ('credential_manager', 'Credential manager', 'Manages the secrets of one application.',
    'application', '', '{applications.see,secrets.manage,audit.see,reminders.receive,domains.manage}',
    true, true, now()),
  ('org_admin', 'Org admin', 'Sees the whole organisation, gets its mails and asks for roles.',
    'organisation', '', '{applications.see,audit.see,reminders.receive,role_requests.file}', true,
    true, now()),
  ('it', 'IT', 'Operator staff: sets up organisations, applications, users and roles.', 'platform',
    '', '{applications.see,audit.see,support.see,reminders.receive,domains.manage,platform.administer}',
    true, true, now());
`;

const guards = `
  create function guard_role() returns trigger language plpgsql as $$
  begin
    if tg_op = 'DELETE' then
      raise exception 'roles stay, so that what was given can be read'
        using errcode = 'check_violation', constraint = 'roles_kept';
    end if;
    if new.built_in or tg_op = 'UPDATE' and old.built_in then
      raise exception 'the built-in roles are as they are'
        using errcode = 'check_violation', constraint = 'roles_built_in';
    end if;
    if tg_op = 'UPDATE' and (new.key, new.level) is distinct from (old.key, old.level) then
      raise exception 'a role keeps its key and its level'
        using errcode = 'check_violation', constraint = 'roles_frozen';
    end if;
    return new;
  end $$;
  create trigger roles_guard before insert or update or delete on roles
    for each row execute function guard_role();
  create trigger roles_no_truncate before truncate on roles
    execute function refuse_change();
`;

/** Where a role holds is what its level says; as a level never changes, neither does the answer. */
const assignments = `
  alter table role_assignments
    drop constraint role_assignments_role_check,
    drop constraint role_assignments_confirmation_check;
  alter table role_assignments
    add constraint role_assignments_role_fkey foreign key (role) references roles (key),
    add constraint role_assignments_role_check
      check (application_id is null or organisation_id is not null),
    add constraint role_assignments_confirmation_check
      check (organisation_id is null or (confirmed_by is not null and confirmed_on is not null));
  create function check_role_place() returns trigger language plpgsql as $$
  begin
    if (select g.level from roles g where g.key = new.role) is distinct from (case
      when new.application_id is not null then 'application'
      when new.organisation_id is not null then 'organisation'
      else 'platform' end)
    then
      raise exception 'this role holds at another place'
        using errcode = 'check_violation', constraint = 'role_assignments_place';
    end if;
    return new;
  end $$;
  create trigger role_assignments_place
    before insert or update of role, organisation_id, application_id on role_assignments
    for each row execute function check_role_place();
`;
