import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Signing users in for applications, and why the header check refuses a good secret. */
export class SignToken1795219400001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(reasons([...bySecret, ...byDomain]));
    await runner.query(people);
    await runner.query(requests);
    await runner.query(signIn);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from grants where resource_id = '0190a000-0000-7000-8000-6b65797475ab';
      delete from resources where id = '0190a000-0000-7000-8000-6b65797475ab';
      drop table verifications, access_requests, login_requests, client_users, subjects;
      delete from refused_calls where not reason = any ('{${bySecret.join(',')}}');
    `);
    await runner.query(reasons(bySecret));
  }
}

const bySecret = [
  ...['wrong_secret', 'deleted', 'expired', 'off', 'application_disabled', 'application_deleted'],
];
const byDomain = [
  ...['domain_unknown', 'secret_not_linked', 'domain_inactive', 'login_not_allowed'],
  ...['api_not_allowed', 'ip_not_allowed', 'https_required', 'redirect_not_registered'],
  ...['token_invalid', 'user_unknown', 'user_not_connected', 'scope_missing'],
];

const reasons = (all: string[]) => `
  alter table refused_calls
    drop constraint refused_calls_reason_check,
    add constraint refused_calls_reason_check
      check (reason in (${all.map((reason) => `'${reason}'`).join(', ')}));
`;

const people = `
  -- What a user is called outside: programs read it as a whole number, so it is below 2^53. Never given twice.
  create table subjects (
    sub bigint not null,
    user_id uuid not null,
    constraint subjects_pkey primary key (sub),
    constraint subjects_user_key unique (user_id),
    constraint subjects_user_fkey foreign key (user_id) references users (id),
    constraint subjects_sub_check check (sub between 1 and 9007199254740991)
  );

  create table client_users (
    application_id uuid not null,
    user_id uuid not null,
    scopes text[] not null default '{}',
    connected_at timestamptz not null,
    last_sign_in_at timestamptz not null,
    revoked_at timestamptz,
    constraint client_users_pkey primary key (application_id, user_id),
    constraint client_users_application_fkey foreign key (application_id) references applications (id),
    constraint client_users_user_fkey foreign key (user_id) references users (id)
  );
  create index client_users_user_idx on client_users (user_id);

  create table login_requests (
    id uuid not null,
    application_id uuid not null,
    domain_id uuid not null,
    redirect_url text not null,
    start_digest bytea not null,
    created_at timestamptz not null,
    start_ends_at timestamptz not null,
    user_id uuid,
    decided_at timestamptz,
    result_digest bytea,
    result_ends_at timestamptz,
    used_at timestamptz,
    constraint login_requests_pkey primary key (id),
    constraint login_requests_start_key unique (start_digest),
    constraint login_requests_result_key unique (result_digest),
    constraint login_requests_domain_fkey
      foreign key (domain_id, application_id) references domains (id, application_id),
    constraint login_requests_user_fkey foreign key (user_id) references users (id),
    -- A result is for the user who opened it and decided; declined, it has none.
    constraint login_requests_result_check check (
      (result_digest is null) = (result_ends_at is null)
      and (decided_at is null or user_id is not null)
      and (result_digest is null or decided_at is not null)
      and (used_at is null or result_digest is not null))
  );
  create index login_requests_created_idx on login_requests (created_at);
`;

const requests = `
  -- A user asks to be let in, or managers ask a user to try the application out.
  create table access_requests (
    id uuid not null,
    application_id uuid not null,
    user_id uuid not null,
    kind text not null,
    note text,
    requested_by uuid not null,
    requested_at timestamptz not null,
    state text not null default 'pending',
    decided_by uuid,
    decided_at timestamptz,
    constraint access_requests_pkey primary key (id),
    constraint access_requests_application_fkey foreign key (application_id) references applications (id),
    constraint access_requests_user_fkey foreign key (user_id) references users (id),
    constraint access_requests_requested_by_fkey foreign key (requested_by) references users (id),
    constraint access_requests_decided_by_fkey foreign key (decided_by) references users (id),
    constraint access_requests_kind_check check (kind in ('access', 'test_user')),
    constraint access_requests_asker_check check (kind <> 'access' or requested_by = user_id),
    constraint access_requests_note_check check (char_length(note) between 1 and 500),
    constraint access_requests_state_check
      check (state in ('pending', 'accepted', 'declined', 'withdrawn')),
    constraint access_requests_decided_check
      check ((state = 'pending') = (decided_at is null) and (state = 'pending') = (decided_by is null))
  );
  create unique index access_requests_live_key on access_requests (application_id, user_id)
    where state in ('pending', 'accepted');
  create index access_requests_user_idx on access_requests (user_id);

  create table verifications (
    id uuid not null,
    application_id uuid not null,
    domain_ids uuid[] not null,
    resource_ids uuid[] not null,
    note text not null,
    requested_by uuid not null,
    requested_at timestamptz not null,
    state text not null default 'pending',
    decided_by uuid,
    decided_at timestamptz,
    decision_note text,
    constraint verifications_pkey primary key (id),
    constraint verifications_application_fkey foreign key (application_id) references applications (id),
    constraint verifications_requested_by_fkey foreign key (requested_by) references users (id),
    constraint verifications_decided_by_fkey foreign key (decided_by) references users (id),
    constraint verifications_about_check
      check (cardinality(domain_ids) between 1 and 50 and cardinality(resource_ids) between 1 and 50),
    constraint verifications_note_check
      check (char_length(note) between 1 and 2000 and char_length(decision_note) between 1 and 2000),
    constraint verifications_state_check
      check (state in ('pending', 'accepted', 'declined', 'withdrawn')),
    constraint verifications_decided_check
      check ((state = 'pending') = (decided_at is null) and (state = 'pending') = (decided_by is null))
  );
  create unique index verifications_pending_key on verifications (application_id)
    where state = 'pending';
  create index verifications_application_idx on verifications (application_id);
  create index verifications_state_idx on verifications (state, requested_at);
`;

/* What a user may let an application read, as scopes of a resource of our own: IT grants, the user agrees. */
const signIn = `
  insert into apis (code, name) values ('KT', 'Keyturn') on conflict do nothing;
  insert into resources (id, api_code, name, environment, audience, scope, any_api, scopes)
  values ('0190a000-0000-7000-8000-6b65797475ab', 'KT', 'Sign-in', 'production', 'urn:keyturn:sign-in',
    'sign-in', true, '{userinfo}');
`;
