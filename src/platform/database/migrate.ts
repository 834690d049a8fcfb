import { type DataSource, MigrationExecutor } from 'typeorm';
import { alone, withoutLimits } from './alone.js';

/**
 * Applies the migrations that are missing, each in its own transaction. Instances that start at the
 * same moment wait for each other; TypeORM alone would let them create the same table twice.
 *
 * @returns the names of the applied migrations
 * @throws the failing migration's error; the ones before it stay applied
 */
export function migrate(dataSource: DataSource): Promise<string[]> {
  return alone(dataSource, 'keyturn migrations', async () => {
    // A change of a large table may take longer than a request.
    const runner = withoutLimits(dataSource.createQueryRunner());
    try {
      // The executor itself, because dataSource.runMigrations() would use another connection.
      const executor = new MigrationExecutor(dataSource, runner);
      executor.transaction = 'each';
      return (await executor.executePendingMigrations()).map(({ name }) => name);
    } finally {
      await runner.release();
    }
  });
}
