import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which identifier a session had before, and when it was changed. The old one opens nothing; it only
 * tells a form that was sent twice from a session that is over.
 */
export class MovedSessions1795219207000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table sessions add column previous_digest bytea, add column moved_at timestamptz;
      create index sessions_previous_idx on sessions (previous_digest);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index sessions_previous_idx;
      alter table sessions drop column previous_digest, drop column moved_at;
    `);
  }
}
