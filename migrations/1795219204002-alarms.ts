import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Incidents of the reminders, each told once over a second route. One open incident per kind. */
export class Alarms1795219204002 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table alarms (
        id uuid not null,
        kind text not null,
        text text not null,
        opened_at timestamptz not null,
        closed_at timestamptz,
        told_at timestamptz,
        attempts integer not null default 0,
        next_attempt_at timestamptz,
        answer text,
        constraint alarms_pkey primary key (id),
        constraint alarms_kind_check check (kind in ('overdue', 'broke_off', 'missed', 'no_recipient'))
      );
      create unique index alarms_open_key on alarms (kind) where closed_at is null;
      create index alarms_opened_idx on alarms (opened_at);
      create index reminder_runs_started_idx on reminder_runs (started_at);
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop index reminder_runs_started_idx; drop table alarms`);
  }
}
