import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Addresses of calendar feeds: one open address for each person, of which a digest is kept. */
export class CalendarFeeds1795219220000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table calendar_feeds (
        id uuid not null,
        user_id uuid not null,
        token_digest bytea not null,
        created_at timestamptz not null,
        fetched_at timestamptz,
        revoked_at timestamptz,
        constraint calendar_feeds_pkey primary key (id),
        constraint calendar_feeds_user_fkey foreign key (user_id) references users (id),
        constraint calendar_feeds_token_key unique (token_digest)
      );
      create unique index calendar_feeds_open_key on calendar_feeds (user_id)
        where revoked_at is null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table calendar_feeds`);
  }
}
