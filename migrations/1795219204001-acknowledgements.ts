import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What a recipient of reminders says about a secret. One open word per person and secret. */
export class Acknowledgements1795219204001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table acknowledgements (
        id uuid not null,
        secret_id uuid not null,
        user_id uuid not null,
        kind text not null,
        until date,
        said_at timestamptz not null,
        ended_at timestamptz,
        ended_by uuid,
        constraint acknowledgements_pkey primary key (id),
        constraint acknowledgements_secret_fkey foreign key (secret_id) references secrets (id),
        constraint acknowledgements_user_fkey foreign key (user_id) references users (id),
        constraint acknowledgements_ended_by_fkey foreign key (ended_by) references users (id),
        constraint acknowledgements_kind_check check (kind in ('taken', 'replaced', 'not_mine')),
        constraint acknowledgements_until_check check ((kind = 'taken') = (until is not null))
      );
      create unique index acknowledgements_open_key on acknowledgements (secret_id, user_id)
        where ended_at is null;
      create index acknowledgements_not_mine_idx on acknowledgements (said_at)
        where ended_at is null and kind = 'not_mine';
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table acknowledgements`);
  }
}
