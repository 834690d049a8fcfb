import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a run did is read from the ledger by time; without an index the whole ledger would be read. */
export class ReminderTimes1795219210000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index reminders_time_idx on reminders ((coalesce(attempted_at, planned_at)), id)`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index reminders_time_idx`);
  }
}
