import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The list of invitations that were neither used nor revoked, by their end. */
export class OpenInvitations1795219230001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create index invitations_open_idx on invitations (expires_at, id)
        where used_at is null and revoked_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index invitations_open_idx`);
  }
}
