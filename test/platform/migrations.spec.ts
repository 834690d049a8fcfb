import type { DataSource } from 'typeorm';
import { buildDataSource } from '../../src/platform/database/data-source.js';
import { migrate } from '../../src/platform/database/migrate.js';
import { entities, migrations } from '../../src/schema.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { describeSchema } from '../support/schema-description.js';

let database: TestDatabase;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
});

afterEach(() => database.drop());

describe('migrations', () => {
  it('build exactly what the entities describe, and give nobody an account', async () => {
    const { dataSource } = database;
    await migrate(dataSource);
    const missing = await dataSource.driver.createSchemaBuilder().log();
    expect(missing.upQueries.map(({ query }) => query)).toEqual([]);
    expect(await dataSource.query('select email from users')).toEqual([]);
  });

  it('can be taken back to nothing, and give the same schema again', async () => {
    const { dataSource } = database;
    const empty = await describeSchema(dataSource);
    const names = await migrate(dataSource);
    const built = await describeSchema(dataSource);
    expect(built.length).toBeGreaterThan(empty.length);

    for (let left = names.length; left > 0; left--) await dataSource.undoLastMigration();
    expect(await describeSchema(dataSource)).toEqual(empty);

    await migrate(dataSource);
    expect(await describeSchema(dataSource)).toEqual(built);
  });

  it('are applied once when two instances start at the same moment', async () => {
    const second = buildDataSource(database.connection, entities, migrations);
    await second.initialize();
    const applied = await Promise.all([migrate(database.dataSource), migrate(second)]);
    expect(applied.map((names) => names.length).sort()).toEqual([0, migrations.length]);
    expect(await appliedNames(second)).toHaveLength(migrations.length);
    await second.destroy();
  });

  it('give the connection back with its time limit', async () => {
    const { dataSource } = database;
    await migrate(dataSource);
    const rows = await dataSource.query<{ statement_timeout: string }[]>('show statement_timeout');
    expect(rows).toEqual([{ statement_timeout: '5s' }]);
    const locks = await dataSource.query<unknown[]>(
      `select from pg_locks where locktype = 'advisory' and database =
        (select oid from pg_database where datname = current_database())`,
    );
    expect(locks).toEqual([]);
  });
});

function appliedNames(dataSource: DataSource): Promise<unknown[]> {
  return dataSource.query('select name from migrations');
}
