import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Refused calls of resource servers have an owner, too: IT. */
export class ResourceRefusals1795219211000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      alter table refused_calls
        alter column application_id drop not null,
        add column resource_id uuid,
        add constraint refused_calls_resource_fkey foreign key (resource_id) references resources (id),
        add constraint refused_calls_owner_check check (num_nonnulls(application_id, resource_id) = 1);
      create index refused_calls_resource_idx on refused_calls (resource_id, id)
        where resource_id is not null;
    `);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      delete from refused_calls where application_id is null;
      alter table refused_calls drop column resource_id, alter column application_id set not null;
    `);
  }
}
