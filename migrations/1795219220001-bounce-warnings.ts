import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Whose refused address the other contacts of an application have been warned about. */
export class BounceWarnings1795219220001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table bounce_warnings (
        user_id uuid not null,
        application_id uuid not null,
        address text not null,
        warned_at timestamptz not null,
        constraint bounce_warnings_pkey primary key (user_id, application_id, address),
        constraint bounce_warnings_user_fkey foreign key (user_id) references users (id),
        constraint bounce_warnings_application_fkey foreign key (application_id)
          references applications (id)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table bounce_warnings`);
  }
}
