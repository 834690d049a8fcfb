import { randomUUID } from 'node:crypto';
import { In } from 'typeorm';
import type { Config } from '../platform/config/config.js';
import type { Tx } from '../platform/database/tx.js';
import { messageIdOf } from '../platform/mail/address.js';
import { Mail } from '../platform/mail/mail.entity.js';
import type { DueRow } from './ledger.js';
import type { ReminderMail } from './reminder-mail.js';

/** Ledger rows that go out in one message. */
export interface Bundle {
  /** The mail that an earlier attempt was made with; a new one is made when absent. */
  mailId?: string;
  rows: DueRow[];
}

/**
 * An attempt without an answer: the process died, or the connection was lost after the text. Whether
 * it arrived is not known, so the same rows go out again under the same Message-ID, and nothing else
 * with them: a receiver that has it already drops the whole message.
 */
function mayHaveArrived({ attempts, serverAnswer }: Mail): boolean {
  return attempts > 0 && serverAnswer === null;
}

/** One message for everything that is due for a person (M10), except what has to be repeated. */
export async function bundlesOf(tx: Tx, rows: readonly DueRow[]): Promise<Bundle[]> {
  const ids = [...new Set(rows.map(({ mailId }) => mailId))];
  const known = ids.filter((id) => id !== null);
  const mails = await tx.findBy(Mail, { id: In(known), state: 'due' });
  const open = mails.filter(mayHaveArrived).map(({ id }) => id);
  const repeated = open.map((mailId) => ({
    mailId,
    rows: rows.filter((row) => row.mailId === mailId),
  }));
  const rest = rows.filter(({ mailId }) => mailId === null || !open.includes(mailId));
  return rest.length === 0
    ? repeated
    : [...repeated, { mailId: sharedMail(rest, mails), rows: rest }];
}

/** The mail that all rows were tried with before; not one of them was in another mail, or in none. */
function sharedMail(rows: readonly DueRow[], mails: readonly Mail[]): string | undefined {
  const [first] = rows;
  const same = rows.every(({ mailId }) => mailId === first?.mailId);
  return same ? mails.find(({ id }) => id === first?.mailId)?.id : undefined;
}

/**
 * Writes down that an attempt begins. Committed before the first byte leaves, with the Message-ID, so
 * that after a crash the same message is repeated and no other. The text is not kept: it follows from
 * the rows, and is written when it is sent.
 */
export async function beginAttempt(
  tx: Tx,
  bundle: Bundle,
  { to, subject }: ReminderMail,
  now: Date,
  config: Config,
): Promise<{ id: string; attempts: number }> {
  const addressed = { toAddress: to.address, toName: to.name, subject };
  if (bundle.mailId) {
    const { id, attempts } = await tx.findOneByOrFail(Mail, { id: bundle.mailId });
    await tx.update(Mail, { id }, { ...addressed, attempts: attempts + 1, serverAnswer: null });
    return { id, attempts: attempts + 1 };
  }
  const id = randomUUID();
  await tx.insert(Mail, {
    id,
    kind: 'reminder',
    userId: bundle.rows[0]!.recipientId,
    ...addressed,
    messageId: messageIdOf(config.MAIL_FROM, id),
    state: 'due',
    attempts: 1,
    createdAt: now,
  });
  const ids = bundle.rows.map((row) => row.id);
  await tx.query(`update reminders set mail_id = $1 where id = any($2)`, [id, ids]);
  return { id, attempts: 1 };
}

/** Mails that have no due row left are given up; they never leave. */
export async function discardEmpty(tx: Tx, rows: readonly DueRow[], now: Date): Promise<void> {
  const ids = rows.map(({ mailId }) => mailId).filter((id) => id !== null);
  if (ids.length === 0) return;
  await tx.query(
    `update mails m set state = 'discarded', finished_at = $2
     where m.id = any($1) and m.state = 'due'
       and not exists (select from reminders l where l.mail_id = m.id and l.state = 'due')`,
    [ids, now],
  );
}
