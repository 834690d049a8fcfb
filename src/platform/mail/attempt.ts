import type { DataSource } from 'typeorm';
import { inTransaction, type Tx } from '../database/tx.js';
import type { Mail } from './mail.entity.js';
import type { MailRefused } from './mailer.js';

const minute = 60_000;
/** A mail that could not be handed over in a week is of no use to anybody. */
const giveUpAfter = 7 * 24 * 60 * minute;
/** Between two attempts at most, so that ten minutes after an outage everything has left. */
const longestPause = 8 * minute;

/** What a mail's row says after an attempt that failed: tried again later, or given up. */
export function afterRefusal(mail: Mail, refused: MailRefused, now: Date): Partial<Mail> {
  const attempts = mail.attempts + 1;
  const known = { attempts, serverAnswer: refused.answer };
  const age = now.getTime() - mail.createdAt.getTime();
  if (refused.permanent || age > giveUpAfter) {
    return { ...known, state: 'failed', nextAttemptAt: null, finishedAt: now, sealedBody: null };
  }
  const pause = Math.min(minute * 2 ** (attempts - 1), longestPause);
  return { ...known, nextAttemptAt: new Date(now.getTime() + pause) };
}

/**
 * A transaction that waits for a mail server inside: it holds the row, so that nobody else sends the
 * same. Idle longer than the mailer's own patience means that this process hangs; then the server
 * takes the row back.
 */
export function patientTransaction<T>(
  dataSource: DataSource,
  work: (tx: Tx) => Promise<T>,
): Promise<T> {
  return inTransaction(dataSource, async (tx) => {
    await tx.query(`set local idle_in_transaction_session_timeout = '5min'`);
    return work(tx);
  });
}
