import type { QueryRunner } from 'typeorm';

/**
 * Comes back when so many statements wait for a lock, so that racing callers are let go together.
 * @param runner the connection that holds the lock; the pool's others may all be waiting
 */
export async function waitingFor(runner: QueryRunner, callers: number): Promise<void> {
  for (;;) {
    // Within a transaction the statistics would stay as they were first seen.
    await runner.query('select pg_stat_clear_snapshot()');
    const [row] = (await runner.query(
      `select count(*)::int as count from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'`,
    )) as { count: number }[];
    if ((row?.count ?? 0) >= callers) return;
  }
}
