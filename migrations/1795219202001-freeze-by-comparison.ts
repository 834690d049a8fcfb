import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The trigger that keeps a secret's first values ran for every note of its use, and took longer than
 * the note. Now the rows are compared first, and it is only called for a change that it refuses.
 */
export class FreezeByComparison1795219202001 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(trigger(`when (${row('old')} is distinct from ${row('new')})`));
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(trigger(''));
  }
}

const columns = ['application_id', 'resource_id', 'created_at', 'expires_at', 'digest', 'hint'];

const row = (name: string) => `(${columns.map((column) => `${name}.${column}`).join(', ')})`;

const trigger = (when: string) => `
  drop trigger secrets_frozen on secrets;
  create trigger secrets_frozen before update on secrets for each row ${when}
    execute function refuse_frozen_columns(${columns.map((column) => `'${column}'`).join(', ')});
`;
