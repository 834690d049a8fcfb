import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What support searches by: the beginning of a name or address, and a secret's hint (P4). */
export class SupportSearch1795219230002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index applications_name_prefix_idx on applications (lower(name) text_pattern_ops);
      create index applications_slug_prefix_idx on applications (lower(slug) text_pattern_ops);
      create index organisations_name_prefix_idx on organisations (lower(name) text_pattern_ops);
      create index users_email_prefix_idx on users (email text_pattern_ops);
      create index users_name_prefix_idx on users (lower(name) text_pattern_ops);
      create index secrets_name_prefix_idx on secrets (lower(name) text_pattern_ops);
      create index secrets_hint_idx on secrets (hint);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index applications_name_prefix_idx, applications_slug_prefix_idx,
        organisations_name_prefix_idx, users_email_prefix_idx, users_name_prefix_idx,
        secrets_name_prefix_idx, secrets_hint_idx;
    `);
  }
}
