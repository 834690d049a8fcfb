import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Secrets that were found where they do not belong. */
export class Leaks1795219490000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table leaks (
        secret_id uuid not null,
        reported_at timestamptz not null,
        reported_by uuid,
        found_at text,
        switched_off boolean not null,
        constraint leaks_pkey primary key (secret_id),
        constraint leaks_secret_fkey foreign key (secret_id) references secrets (id),
        constraint leaks_reported_by_fkey foreign key (reported_by) references users (id),
        constraint leaks_found_at_check check (found_at ~ '^https?://[a-z0-9.-]{1,253}(:[0-9]{1,5})?$')
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table leaks`);
  }
}
