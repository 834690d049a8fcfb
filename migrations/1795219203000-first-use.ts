import type { MigrationInterface, QueryRunner } from 'typeorm';

/** When a secret was used for the first time: since when it can stand in for another one (M7). */
export class FirstUse1795219203000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // The early end of the day is the careful guess: in doubt people are reminded.
    await runner.query(`
      alter table secrets add column first_used_at timestamptz;
      update secrets s set first_used_at = least(s.last_used_at, u.day at time zone 'UTC')
        from (select secret_id, min(day)::timestamp as day from secret_uses group by secret_id) u
        where u.secret_id = s.id and s.last_used_at is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('alter table secrets drop column first_used_at');
  }
}
