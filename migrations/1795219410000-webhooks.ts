import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Webhooks: with what an endpoint's messages are signed, what is to be sent, and what came of it. */
export class Webhooks1795219410000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(endpoints);
    await runner.query(deliveries);
    await runner.query(attempts);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table webhook_attempts, webhook_deliveries, webhook_endpoints`);
  }
}

/* The address itself is a row of domain_urls; what hangs on it goes with it. */
const endpoints = `
  create table webhook_endpoints (
    id uuid not null,
    sealed_secret bytea not null,
    former_secret bytea,
    former_until timestamptz,
    since timestamptz not null,
    not_before timestamptz,
    failing_since timestamptz,
    told_at timestamptz,
    gone_at timestamptz,
    constraint webhook_endpoints_pkey primary key (id),
    constraint webhook_endpoints_url_fkey foreign key (id) references domain_urls (id)
      on delete cascade,
    constraint webhook_endpoints_former_check
      check ((former_secret is null) = (former_until is null))
  );
`;

/* The key settles that each event of a secret is told to an endpoint once, whoever finds it. */
const deliveries = `
  create table webhook_deliveries (
    id uuid not null,
    endpoint_id uuid not null,
    secret_id uuid,
    event text not null,
    body text,
    state text not null,
    attempts integer not null default 0,
    created_at timestamptz not null,
    due_since timestamptz not null,
    next_attempt_at timestamptz not null,
    finished_at timestamptz,
    constraint webhook_deliveries_pkey primary key (id),
    constraint webhook_deliveries_endpoint_fkey foreign key (endpoint_id)
      references webhook_endpoints (id) on delete cascade,
    constraint webhook_deliveries_secret_fkey foreign key (secret_id) references secrets (id),
    constraint webhook_deliveries_event_key unique (endpoint_id, secret_id, event),
    constraint webhook_deliveries_event_check check (event in ('secret.created', 'secret.expiring',
      'secret.expired', 'secret.deleted', 'secret.superseded', 'webhook.test')),
    constraint webhook_deliveries_secret_check
      check ((event = 'webhook.test') = (secret_id is null)),
    constraint webhook_deliveries_state_check check (state in ('due', 'sent', 'failed')),
    constraint webhook_deliveries_finished_check
      check ((state = 'due') = (finished_at is null)),
    constraint webhook_deliveries_body_check check (state <> 'due' or body is not null)
  );
  create index webhook_deliveries_due_idx on webhook_deliveries (endpoint_id, next_attempt_at)
    where state = 'due';
  create index webhook_deliveries_log_idx on webhook_deliveries (endpoint_id, created_at);
  create index webhook_deliveries_kept_idx on webhook_deliveries (finished_at)
    where body is not null;
`;

const attempts = `
  create table webhook_attempts (
    delivery_id uuid not null,
    number integer not null,
    at timestamptz not null,
    status integer,
    fault text,
    milliseconds integer,
    constraint webhook_attempts_pkey primary key (delivery_id, number),
    constraint webhook_attempts_delivery_fkey foreign key (delivery_id)
      references webhook_deliveries (id) on delete cascade,
    constraint webhook_attempts_fault_check
      check (fault in ('address', 'timeout', 'refused', 'tls', 'broken'))
  );
`;
