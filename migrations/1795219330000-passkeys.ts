import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Passkeys beside the authenticator app, and the challenges that wait for an answer of one. */
export class Passkeys1795219330000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table passkeys (
        id uuid not null,
        user_id uuid not null,
        credential_id bytea not null,
        public_key bytea not null,
        counter bigint not null,
        transports text[] not null,
        user_handle bytea not null,
        name text not null,
        created_at timestamptz not null,
        last_used_at timestamptz,
        constraint passkeys_pkey primary key (id),
        constraint passkeys_credential_key unique (credential_id),
        constraint passkeys_user_fkey foreign key (user_id) references users (id)
      );
      create unique index passkeys_name_key on passkeys (user_id, lower(name));
      create table passkey_challenges (
        session_id uuid not null,
        purpose text not null,
        challenge bytea not null,
        user_handle bytea,
        expires_at timestamptz not null,
        constraint passkey_challenges_pkey primary key (session_id, purpose),
        constraint passkey_challenges_session_fkey foreign key (session_id)
          references sessions (id) on delete cascade,
        constraint passkey_challenges_purpose_check
          check (purpose in ('sign-in', 'step-up', 'enrolment'))
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table passkey_challenges; drop table passkeys`);
  }
}
