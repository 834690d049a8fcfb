import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Calls by header authentication, of a domain and a route on one UTC day. */
export class Usage1795219470000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      create table usage_counts (
        application_id uuid not null
          constraint usage_counts_application_fkey references applications (id),
        domain_id uuid not null constraint usage_counts_domain_fkey references domains (id),
        environment text not null
          constraint usage_counts_environment_check check (environment in ('live', 'test')),
        route text not null
          constraint usage_counts_route_check check (char_length(route) between 1 and 50),
        day date not null,
        count bigint not null constraint usage_counts_count_check check (count > 0),
        constraint usage_counts_pkey primary key (application_id, day, domain_id, environment, route)
      );
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`drop table usage_counts`);
  }
}
