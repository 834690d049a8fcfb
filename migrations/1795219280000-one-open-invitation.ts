import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Of a person's invitations one is open at the most: the newest. */
export class OneOpenInvitation1795219280000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Nobody needs an invitation after the first sign-in, or one older than another.
    await runner.query(`
      update invitations i set revoked_at = now()
      where used_at is null and revoked_at is null
        and (exists (select from users u where u.id = i.user_id and u.activated_at is not null)
          or exists (select from invitations n where n.user_id = i.user_id
            and n.used_at is null and n.revoked_at is null
            and (n.created_at, n.id) > (i.created_at, i.id)));
      create unique index invitations_open_key on invitations (user_id)
        where used_at is null and revoked_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index invitations_open_key`);
  }
}
