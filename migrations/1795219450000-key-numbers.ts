import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where there was never another key, it made them all. */
const onlyKey = `
  select min(number) as number from key_checks where kind = 'HASH_KEYS' having count(*) = 1`;

/** The number of the hash key behind digests that are asked for long after they were made. */
export class KeyNumbers1795219450000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table recovery_codes add column key_number integer;
      alter table calendar_feeds add column key_number integer;
      update recovery_codes set key_number = only_key.number from (${onlyKey}) only_key;
      update calendar_feeds set key_number = only_key.number from (${onlyKey}) only_key;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table calendar_feeds drop column key_number;
      alter table recovery_codes drop column key_number;
    `);
  }
}
