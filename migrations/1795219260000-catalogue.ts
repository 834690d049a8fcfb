import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * APIs and resources are made by IT from now on. What tokens, programs and names of applications are
 * built from stays as it was first; the audience of Keyturn's own API follows PUBLIC_URL.
 */
export class Catalogue1795219260000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create trigger apis_frozen before update on apis for each row
        execute function refuse_frozen_columns('code');
      create trigger resources_frozen before update on resources for each row when (not old.any_api)
        execute function refuse_frozen_columns('api_code', 'environment', 'audience', 'scope');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      drop trigger resources_frozen on resources;
      drop trigger apis_frozen on apis;
    `);
  }
}
