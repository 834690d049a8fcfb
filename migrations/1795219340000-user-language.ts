import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The language in which somebody reads pages and mails. */
export class UserLanguage1795219340000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table users add column language text
        constraint users_language_check check (language ~ '^[a-z]{2}$');
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table users drop column language`);
  }
}
