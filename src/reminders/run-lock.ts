import type { DataSource } from 'typeorm';

/** Held by the one instance that works. */
export interface RunLock {
  /** Shows that this process is alive. @throws LockLost when the lock is gone: then stop at once */
  beat(): Promise<void>;
}

/** Somebody else may be at work by now. */
export class LockLost extends Error {
  override name = 'LockLost';
}

/**
 * Does the work only when no other instance is doing it (M4).
 *
 * The lock belongs to a transaction that stays open on a connection of its own: it is gone at once
 * when the process dies, and it also holds behind a pooler that hands connections over between
 * transactions, where a lock of the session would stay behind. A process that hangs stops beating,
 * and after five minutes of `silence` the server ends its transaction, and with it the lock.
 *
 * @returns undefined when another instance has the lock
 */
export async function withRunLock<T>(
  dataSource: DataSource,
  work: (lock: RunLock) => Promise<T>,
  silence = '5min',
): Promise<T | undefined> {
  const runner = dataSource.createQueryRunner();
  try {
    await runner.startTransaction();
    await runner.query(`set local idle_in_transaction_session_timeout = '${silence}'`);
    const [row] = (await runner.query(
      `select pg_try_advisory_xact_lock(hashtextextended('keyturn reminders', 0)) as mine`,
    )) as { mine: boolean }[];
    if (!row?.mine) return undefined;
    // One connection does one thing at a time: workers that come meanwhile share the beat.
    let beating: Promise<unknown> | undefined;
    const beat = async (): Promise<void> => {
      beating ??= runner.query('select 1').finally(() => (beating = undefined));
      await beating.catch((cause: unknown) => {
        throw new LockLost('The connection that holds the lock of the run was lost', { cause });
      });
    };
    return await work({ beat });
  } finally {
    // Nothing was written on this connection; should it be lost, there is nothing to end.
    await runner.rollbackTransaction().catch(() => undefined);
    await runner.release();
  }
}
