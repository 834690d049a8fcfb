import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import type { Config } from '../platform/config/config.js';
import type { Tx } from '../platform/database/tx.js';
import { messageIdOf } from '../platform/mail/address.js';
import type { DueRow } from './ledger.js';
import type { ReminderMail } from './reminder-mail.js';

/** Ledger rows that go out in one message. */
export interface Bundle<Row extends DueRow = DueRow> {
  /** The mail that an earlier attempt was made with; a new one is made when absent. */
  mailId?: string;
  rows: Row[];
}

/**
 * A mail of an earlier attempt. `open`: without an answer, for the process died, or the connection was
 * lost after the text. Whether it arrived is not known, so the same rows go out again under the same
 * Message-ID, and nothing else with them: a receiver that has it already drops the whole message.
 */
export interface EarlierMail {
  id: string;
  open: boolean;
}

/** The mails that these rows were tried with and that are not finished. */
export async function earlierMails(tx: Tx, rows: readonly DueRow[]): Promise<EarlierMail[]> {
  const ids = [...new Set(rows.map(({ mailId }) => mailId))].filter((id) => id !== null);
  if (ids.length === 0) return [];
  return tx.query<EarlierMail[]>(
    `select id, attempts > 0 and server_answer is null as open from mails
     where id = any($1) and state = 'due'`,
    [ids],
  );
}

/** One message for everything that is due for a person (M10), except what has to be repeated. */
export function bundlesOf<Row extends DueRow>(
  rows: readonly Row[],
  mails: readonly EarlierMail[],
): Bundle<Row>[] {
  const repeated = mails
    .filter(({ open }) => open)
    .map(({ id }) => ({ mailId: id, rows: rows.filter((row) => row.mailId === id) }))
    .filter(({ rows: same }) => same.length > 0);
  const rest = rows.filter(({ mailId }) => !repeated.some((each) => each.mailId === mailId));
  return rest.length === 0
    ? repeated
    : [...repeated, { mailId: sharedMail(rest, mails), rows: rest }];
}

/** The mail that all rows were tried with before; not one of them was in another mail, or in none. */
function sharedMail(rows: readonly DueRow[], mails: readonly EarlierMail[]): string | undefined {
  const [first] = rows;
  const same = rows.every(({ mailId }) => mailId === first?.mailId);
  return same ? mails.find(({ id }) => id === first?.mailId)?.id : undefined;
}

/** An attempt that is about to be made. */
export interface Attempt {
  bundle: Bundle;
  message: ReminderMail;
  /** The attempt was begun before, and nothing was sent: it is the same one. */
  renewed: boolean;
}

/** What a mail's row says about the attempt that was begun. */
export interface Begun {
  mailId: string;
  messageId: string;
  attempts: number;
}

/**
 * Writes down that attempts begin. Committed before the first byte leaves, with the Message-ID, so
 * that after a crash the same message is repeated and no other. The text is not kept: it follows from
 * the rows.
 * @returns in the order of the attempts
 */
export async function beginAttempts(
  tx: Tx,
  attempts: readonly Attempt[],
  now: Date,
  config: Config,
): Promise<Begun[]> {
  if (attempts.length === 0) return [];
  const rows = attempts.map(({ bundle, message, renewed }) => {
    const id = bundle.mailId ?? randomUUID();
    return {
      id,
      user: bundle.rows[0]!.recipientId,
      address: message.to.address,
      name: message.to.name,
      subject: message.subject,
      messageId: messageIdOf(config.MAIL_FROM, id),
      step: renewed ? 0 : 1,
      rows: bundle.mailId ? [] : bundle.rows.map((row) => row.id),
    };
  });
  const joining = rows.flatMap((each) => each.rows);
  const begun = await tx.query<Begun[]>(begin, [JSON.stringify(rows), now, joining]);
  const byId = new Map(begun.map((each) => [each.mailId, each]));
  return rows.map(({ id }) => byId.get(id)!);
}

/** Planned anew each time, for the tables grow while a run is at it. */
const begin = `
    with begun as (
       select * from json_to_recordset($1) as b (id uuid, "user" uuid, address text, name text,
         subject text, "messageId" text, step integer, rows uuid[])
     ), joined as (
       update reminders l set mail_id = b.id
       from begun b cross join unnest(b.rows) as r (id) where l.id = any($3) and l.id = r.id
     )
     insert into mails as m (id, kind, user_id, to_address, to_name, subject, message_id, state,
       attempts, created_at)
     select id, 'reminder', "user", address, name, subject, "messageId", 'due', 1, $2 from begun
     on conflict (id) do update set to_address = excluded.to_address, to_name = excluded.to_name,
       subject = excluded.subject, server_answer = null,
       attempts = m.attempts + (select step from begun b where b.id = m.id)
     returning id as "mailId", message_id as "messageId", attempts`;

/** Mails that have no due row left are given up; they never leave. */
export async function discardEmpty(tx: Tx, rows: readonly DueRow[], now: Date): Promise<void> {
  const ids = [...new Set(rows.map(({ mailId }) => mailId))].filter((id) => id !== null);
  if (ids.length === 0) return;
  await tx.query(
    `update mails m set state = 'discarded', finished_at = $2
     where m.id = any($1) and m.state = 'due'
       and not exists (select from reminders l where l.mail_id = m.id and l.state = 'due')`,
    [ids, now],
  );
}

/** An attempt that was begun and not made. */
export async function releaseMail(db: EntityManager, id: string, attempts: number): Promise<void> {
  await db.query(
    `update mails set attempts = attempts - 1, server_answer = 'not sent: the run ended'
     where id = $1 and attempts = $2 and state = 'due'`,
    [id, attempts],
  );
}
