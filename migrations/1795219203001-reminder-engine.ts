import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What a daily run needs to stay as cheap as what is due: secrets that ended and were reported leave
 * the index that the scan reads. And when a run was last seen at work.
 */
export class ReminderEngine1795219203001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table secrets add column end_told_at timestamptz;
      update secrets s set end_told_at = l.at
        from (select secret_id, max(attempted_at) as at from reminders
          where milestone = 'expired' and state = 'sent' group by secret_id) l
        where l.secret_id = s.id;
      create index secrets_untold_idx on secrets (expires_at, id)
        where deleted_at is null and disabled_at is null and end_told_at is null;
      alter table reminder_runs add column seen_at timestamptz;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table reminder_runs drop column seen_at;
      drop index secrets_untold_idx;
      alter table secrets drop column end_told_at;
    `);
  }
}
