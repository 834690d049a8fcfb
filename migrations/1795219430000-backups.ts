import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Backups that came to their end, so that somebody notices when there are none. */
export class Backups1795219430000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table backups (
        finished_at timestamptz not null,
        bytes bigint not null,
        constraint backups_pkey primary key (finished_at)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table backups`);
  }
}
