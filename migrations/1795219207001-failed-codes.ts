import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Wrong codes since the last right one: at a hundred the second factor is off. */
export class FailedCodes1795219207001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `alter table totp_factors add column failed_codes integer not null default 0`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table totp_factors drop column failed_codes`);
  }
}
