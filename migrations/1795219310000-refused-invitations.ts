import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Every page of IT asks whether an invitation was refused; of all mails these are very few. */
export class RefusedInvitations1795219310000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `create index mails_refused_invitation_idx on mails (user_id)
       where state = 'failed' and kind = 'invitation'`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index mails_refused_invitation_idx`);
  }
}
