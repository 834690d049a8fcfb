import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Heads of the audit that were mailed to somebody outside, one a day (P3). */
export class AuditAnchors1795219240000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table audit_anchors (
        day date not null,
        position bigint not null,
        hash bytea not null,
        at timestamptz not null,
        mail_id uuid not null,
        constraint audit_anchors_pkey primary key (day),
        constraint audit_anchors_hash_check check (octet_length(hash) = 32),
        constraint audit_anchors_mail_fkey foreign key (mail_id) references mails (id)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table audit_anchors`);
  }
}
