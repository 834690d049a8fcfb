import type { MigrationInterface, QueryRunner } from 'typeorm';

/** A reminder stays readable as it was sent. Nothing secret is in it, so it is not sealed. */
export class SentMails1795219204000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table mails add column sent_text text, add column sent_html text,
        add constraint mails_sent_check check (kind = 'reminder' or (sent_text is null and sent_html is null));
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`alter table mails drop column sent_text, drop column sent_html`);
  }
}
