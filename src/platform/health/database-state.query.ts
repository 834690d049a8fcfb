import type { DataSource } from 'typeorm';
import type { Clock } from '../clock.js';

/** What a look at the database tells without reading any table of the trade. */
export interface DatabaseState {
  /** Seconds until it answered. */
  answeredIn: number;
  /** Seconds by which this machine's clock is ahead of the database's. */
  clockOffset: number;
  /** Migrations that this version needs and the database lacks. */
  missingMigrations: number;
}

export async function findDatabaseState(
  dataSource: DataSource,
  clock: Clock,
): Promise<DatabaseState> {
  const asked = clock.now().getTime();
  const [row] = await dataSource.query<[{ now: Date; missing: number }]>(
    `select clock_timestamp() as now,
       (select count(*)::int from unnest($1::text[]) known (name)
        where not exists (select from migrations m where m.name = known.name)) as missing`,
    [dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name)],
  );
  const answered = clock.now().getTime();
  return {
    answeredIn: (answered - asked) / 1_000,
    clockOffset: ((asked + answered) / 2 - row.now.getTime()) / 1_000,
    missingMigrations: row.missing,
  };
}
