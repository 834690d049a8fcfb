import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The daily scan reads two indexes and no table: what was mailed about already costs next to nothing. */
export class ReminderScan1795219203002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index secrets_untold_idx;
      create index secrets_untold_idx on secrets (expires_at, id, created_at)
        where deleted_at is null and disabled_at is null and end_told_at is null;
      create index reminders_sent_idx on reminders (secret_id, milestone) where state = 'sent';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index reminders_sent_idx;
      drop index secrets_untold_idx;
      create index secrets_untold_idx on secrets (expires_at, id)
        where deleted_at is null and disabled_at is null and end_told_at is null;
    `);
  }
}
