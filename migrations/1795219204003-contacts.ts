import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When IT found an address to be good again after mail to it was refused; what was mailed to whom. */
export class Contacts1795219204003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table users add column address_checked_at timestamptz;
      create index mails_user_idx on mails (user_id, finished_at) where state in ('sent', 'failed');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index mails_user_idx;
      alter table users drop column address_checked_at;
    `);
  }
}
