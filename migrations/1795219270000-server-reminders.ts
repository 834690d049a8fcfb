import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Reminders about the secrets of resource servers: the tables have room for them already. */
export class ServerReminders1795219270000 implements MigrationInterface {
  up(): Promise<void> {
    return Promise.resolve();
  }

  /** Takes their rows of the ledger with it, so that the secrets of resource servers can go, too. */
  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from reminders l using secrets s
        where s.id = l.secret_id and s.resource_id is not null
    `);
  }
}
