import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Signing users in by authorization code: what a request for one asks, and what a code was given for. */
export class AuthorizationCode1795219480000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table login_requests
        add column kind text not null default 'token',
        add column state text,
        add column nonce text,
        add column scope text,
        add column code_challenge text,
        add column auth_time timestamptz,
        add constraint login_requests_kind_check check (kind in ('token', 'code')),
        add constraint login_requests_code_check check (
          (kind = 'code') = (scope is not null) and (kind = 'code') = (code_challenge is not null)
            and (kind = 'code') = (auth_time is not null)
            and (kind = 'code' or (state is null and nonce is null)));

      -- Outlives its login request, which is swept after days; a second one for the same code is refused.
      create table code_sign_ins (
        id uuid not null,
        login_request_id uuid not null,
        application_id uuid not null,
        domain_id uuid not null,
        user_id uuid not null,
        connected_at timestamptz not null,
        created_at timestamptz not null,
        ended_at timestamptz,
        constraint code_sign_ins_pkey primary key (id),
        constraint code_sign_ins_request_key unique (login_request_id),
        constraint code_sign_ins_user_fkey foreign key (user_id) references users (id),
        constraint code_sign_ins_domain_fkey foreign key (domain_id, application_id)
          references domains (id, application_id)
      );

      create table code_tokens (
        digest bytea not null,
        key_number int not null,
        sign_in_id uuid not null,
        secret_id uuid not null,
        kind text not null,
        scope text not null,
        issued_at timestamptz not null,
        expires_at timestamptz not null,
        used_at timestamptz,
        constraint code_tokens_pkey primary key (digest),
        constraint code_tokens_sign_in_fkey foreign key (sign_in_id)
          references code_sign_ins (id) on delete cascade,
        constraint code_tokens_secret_fkey foreign key (secret_id) references secrets (id),
        constraint code_tokens_kind_check check (kind in ('access', 'refresh')),
        constraint code_tokens_used_check check (kind = 'refresh' or used_at is null)
      );
      create index code_tokens_sign_in_idx on code_tokens (sign_in_id);
      create index code_tokens_expires_idx on code_tokens (expires_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop table code_tokens, code_sign_ins;
      delete from login_requests where kind = 'code';
      alter table login_requests
        drop constraint login_requests_code_check,
        drop constraint login_requests_kind_check,
        drop column kind, drop column state, drop column nonce, drop column scope,
        drop column code_challenge, drop column auth_time;
    `);
  }
}
