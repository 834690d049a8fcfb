import type { DataSource, QueryRunner } from 'typeorm';

/**
 * Does the work when no other instance does work of this name; waits until then.
 *
 * The lock belongs to a transaction that stays open on a connection of its own: it is gone when the
 * process dies, and holds behind a pooler that gives each transaction another connection.
 *
 * @param name e.g. `keyturn migrations`: a hash of words collides with nobody who picks small numbers
 */
export async function alone<T>(
  dataSource: DataSource,
  name: string,
  work: () => Promise<T>,
): Promise<T> {
  const guard = withoutLimits(dataSource.createQueryRunner());
  try {
    await guard.startTransaction();
    await guard.query('select pg_advisory_xact_lock(hashtextextended($1, 0))', [name]);
    return await work();
  } finally {
    // Nothing was written on this connection; should it be lost, the lock is gone already.
    if (guard.isTransactionActive) await guard.rollbackTransaction().catch(() => undefined);
    await guard.release();
  }
}

/**
 * Each transaction says for itself that it may take long, so that the connection keeps its limits for
 * whoever gets it next.
 */
export function withoutLimits(runner: QueryRunner): QueryRunner {
  const start = runner.startTransaction.bind(runner);
  runner.startTransaction = async (level) => {
    await start(level);
    await runner.query(
      `set local statement_timeout = 0; set local lock_timeout = 0;
       set local idle_in_transaction_session_timeout = 0`,
    );
  };
  return runner;
}
