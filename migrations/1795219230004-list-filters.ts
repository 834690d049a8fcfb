import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The orders and filters of the lists of IT, so that a page is read from an index in its order.
 * The names of applications that are not deleted have one already: they are unique.
 */
export class ListFilters1795219230004 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index organisations_country_idx on organisations (country, lower(name), (id::text));
      create index organisations_created_idx on organisations (created_at, id);
      create index applications_api_idx on applications (api_code, lower(name), (id::text))
        where deleted_at is null;
      create index applications_disabled_idx on applications (lower(name), (id::text))
        where deleted_at is null and disabled_at is not null;
      create index applications_created_idx on applications (created_at, id)
        where deleted_at is null;
      create index users_closed_idx on users (lower(name), (id::text)) where closed_at is not null;
      create index users_invited_idx on users (lower(name), (id::text))
        where closed_at is null and activated_at is null;
      create index users_created_idx on users (created_at, id);
      create index role_assignments_role_idx on role_assignments (role, user_id)
        where withdrawn_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop index organisations_country_idx, organisations_created_idx,
        applications_api_idx, applications_disabled_idx, applications_created_idx,
        users_closed_idx, users_invited_idx, users_created_idx, role_assignments_role_idx;
    `);
  }
}
