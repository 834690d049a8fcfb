import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Roles that org admins ask for, and what IT decided (R5). */
export class RoleRequests1795219230000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table role_requests (
        id uuid not null,
        organisation_id uuid not null,
        role text not null,
        application_id uuid,
        email text not null,
        name text not null,
        last_day date,
        requested_by uuid not null,
        requested_at timestamptz not null,
        state text not null,
        decided_by uuid,
        decided_at timestamptz,
        reason text,
        constraint role_requests_pkey primary key (id),
        constraint role_requests_organisation_fkey
          foreign key (organisation_id) references organisations (id),
        constraint role_requests_application_fkey
          foreign key (application_id, organisation_id) references applications (id, organisation_id),
        constraint role_requests_requested_by_fkey
          foreign key (requested_by, organisation_id) references users (id, organisation_id),
        constraint role_requests_decided_by_fkey foreign key (decided_by) references users (id),
        constraint role_requests_role_check check (case role
          when 'org_admin' then application_id is null
          when 'credential_manager' then application_id is not null
          else false end),
        constraint role_requests_state_check
          check (state in ('open', 'approved', 'declined', 'withdrawn')),
        constraint role_requests_decided_check check
          ((state = 'open') = (decided_at is null) and (state = 'open') = (decided_by is null)),
        constraint role_requests_reason_check check ((state = 'declined') = (reason is not null))
      );
      -- A question that is open is not asked twice.
      create unique index role_requests_open_key on role_requests
        (email, role, coalesce(application_id, organisation_id)) where state = 'open';
      create index role_requests_open_idx on role_requests (requested_at, id) where state = 'open';
      create index role_requests_decided_idx on role_requests (decided_at, id) where state <> 'open';
      create index role_requests_organisation_idx on role_requests (organisation_id, requested_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table role_requests`);
  }
}
