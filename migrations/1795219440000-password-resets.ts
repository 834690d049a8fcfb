import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Links with which people choose another password: one for an account, of which a digest is kept. */
export class PasswordResets1795219440000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table password_resets (
        user_id uuid not null,
        token_digest bytea not null,
        created_at timestamptz not null,
        expires_at timestamptz not null,
        constraint password_resets_pkey primary key (user_id),
        constraint password_resets_user_fkey foreign key (user_id) references users (id),
        constraint password_resets_token_key unique (token_digest)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table password_resets`);
  }
}
