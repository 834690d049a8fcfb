import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ends of secrets that are switched off, few beside the others: what has expired is found without a look at all. */
export class SwitchedOffEnds1795219380000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index secrets_off_ending_idx on secrets (expires_at, application_id)
        where deleted_at is null and disabled_at is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index secrets_off_ending_idx`);
  }
}
