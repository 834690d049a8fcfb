import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Ends that were reported before they came are looked for at each run; there are hardly ever any. */
export class EndsToldEarly1795219211001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index secrets_end_told_idx on secrets (expires_at) where end_told_at is not null`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index secrets_end_told_idx`);
  }
}
