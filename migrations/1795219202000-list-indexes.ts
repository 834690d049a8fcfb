import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The order of the lists of IT, so that a page of them costs the same however many rows there are.
 * Secrets end together, at the end of a day: within it they are sorted by application.
 */
export class ListIndexes1795219202000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index organisations_list_idx on organisations (lower(name), (id::text));
      create index users_list_idx on users (lower(name), (id::text));
      drop index secrets_ending_idx;
      create index secrets_ending_idx on secrets (expires_at, application_id)
        where deleted_at is null and disabled_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index users_list_idx, organisations_list_idx, secrets_ending_idx;
      create index secrets_ending_idx on secrets (expires_at)
        where deleted_at is null and disabled_at is null;
    `);
  }
}
