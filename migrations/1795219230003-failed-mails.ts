import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Mails that were given up, for the page of operations; there are few beside those that were sent. */
export class FailedMails1795219230003 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index mails_failed_idx on mails (finished_at) where state = 'failed'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index mails_failed_idx`);
  }
}
