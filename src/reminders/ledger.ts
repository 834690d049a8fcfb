import { randomUUID } from 'node:crypto';
import type { EntityManager } from 'typeorm';
import { type Prepared, queryPrepared } from '../platform/database/prepared.js';
import type { Tx } from '../platform/database/tx.js';
import type { Milestone } from './milestones.js';
import type { ReminderState } from './reminder.entity.js';

/** A row that is due, in the hands of whoever locked it. */
export interface DueRow {
  id: string;
  secretId: string;
  milestone: Milestone;
  recipientId: string;
  mailId: string | null;
}

/** A row to be written. */
export interface Entry {
  secretId: string;
  milestone: Milestone;
  recipientId: string | null;
  address: string | null;
  state: ReminderState;
  /** Why nothing is sent. */
  reason: string | null;
}

/**
 * Adds what is not in the ledger yet (M8). A row that was found unnecessary and is due after all, as
 * when a replaced secret is used again, becomes due again; every other row stays as it is.
 * @returns the rows that are new or due again
 */
export function addEntries(
  tx: Tx,
  now: Date,
  day: string,
  entries: readonly Entry[],
): Promise<Pick<Entry, 'secretId' | 'state'>[]> {
  const rows = entries.map((entry) => ({ id: randomUUID(), ...entry }));
  return tx.query(
    `insert into reminders as l
       (id, secret_id, milestone, recipient_id, address, day, state, server_answer, planned_at)
     select e.id, e."secretId", e.milestone, e."recipientId", e.address, $2, e.state, e.reason, $3
     from json_to_recordset($1) as e (id uuid, "secretId" uuid, milestone text,
       "recipientId" uuid, address text, state text, reason text)
     on conflict (secret_id, milestone,
         coalesce(recipient_id, '00000000-0000-0000-0000-000000000000'))
       do update set state = 'due', server_answer = null, mail_id = null, next_attempt_at = null
       where l.state = 'superseded' and excluded.state = 'due'
     returning secret_id as "secretId", state`,
    [JSON.stringify(rows), day, now],
  );
}

/** Rows in a pause wait, except when another one of the same person is due. */
const waiting = `from reminders where state = 'due'`;
const ready = `having $2 or bool_or(next_attempt_at is null or next_attempt_at <= $1)`;

/** How many rows are due for people for whom something can go out now. */
export async function countWaiting(db: EntityManager, now: Date, force: boolean): Promise<number> {
  const [row] = await db.query<{ rows: number }[]>(
    `select coalesce(sum(rows), 0)::int as rows
     from (select count(*) as rows ${waiting} group by recipient_id ${ready}) each_person`,
    [now, force],
  );
  return row!.rows;
}

/** The next people for whom something can go out now, in the order of their ids. */
export async function findWaiting(
  db: EntityManager,
  now: Date,
  force: boolean,
  after: string | undefined,
  limit: number,
): Promise<string[]> {
  const rows = await db.query<{ id: string }[]>(
    `select recipient_id as id ${waiting} and recipient_id > $3
     group by recipient_id ${ready} order by recipient_id limit $4`,
    [now, force, after ?? '00000000-0000-0000-0000-000000000000', limit],
  );
  return rows.map(({ id }) => id);
}

/** The due rows of these people, locked; those that somebody else holds are left out. */
export function lockDue(tx: Tx, people: readonly string[]): Promise<DueRow[]> {
  return queryPrepared(tx, dueRows, [people]);
}

const dueRows: Prepared = {
  name: 'reminders due',
  text: `
    select id, secret_id as "secretId", milestone, recipient_id as "recipientId",
       mail_id as "mailId"
     from reminders where recipient_id = any($1) and state = 'due'
     order by id for update skip locked`,
};

/** These rows are not sent, each for its own reason. */
export async function dropRows(
  tx: Tx,
  dropped: readonly { id: string; reason: string }[],
): Promise<void> {
  if (dropped.length === 0) return;
  await tx.query(
    `update reminders l set state = 'superseded', server_answer = d.reason, next_attempt_at = null
     from json_to_recordset($1) as d (id uuid, reason text) where l.id = d.id`,
    [JSON.stringify(dropped)],
  );
}

/** What became of a message. */
export interface Attempted {
  mailId: string;
  /** Which attempt it was. A later one has its own answer. */
  attempts: number;
  state: 'sent' | 'failed' | 'due';
  address: string;
  answer: string;
  /** It is known whether the message arrived. */
  certain: boolean;
  at: Date;
  nextAttemptAt: Date | null;
  /** The mail as the server was given it, kept for the readers of the ledger once it is finished. */
  text?: string;
  html?: string;
}

/**
 * The mail server's answers go into the mails and into every row that they were about, in one
 * statement. That a message was taken counts whoever says it; any other answer belongs to its attempt.
 */
export async function recordAttempts(
  db: EntityManager,
  attempted: readonly Attempted[],
): Promise<void> {
  const mails = attempted.map(({ mailId }) => mailId);
  await db.query(answers, [JSON.stringify(attempted), mails]);
}

/**
 * Planned anew each time, for the tables grow while a run is at it; and by the mails' ids everywhere.
 * `coalesce` keeps it from the index of all that is due: the statistics of last night say that nothing
 * is, and reading all of it for each round made the cost of a mail grow with the number of mails.
 */
const answers = `
    with answered as (
       select a.* from json_to_recordset($1) as a ("mailId" uuid, attempts integer, state text,
           address text, answer text, certain boolean, at timestamptz, "nextAttemptAt" timestamptz,
           text text, html text)
         join mails m on m.id = a."mailId"
       where m.id = any($2) and coalesce(m.state, '') = 'due'
         and (m.attempts = a.attempts or a.state = 'sent')
     ), told as (
       update reminders l set state = a.state, address = a.address, server_answer = a.answer,
         attempted_at = a.at, next_attempt_at = a."nextAttemptAt", attempts = l.attempts + 1
       from answered a
       where l.mail_id = any($2) and l.mail_id = a."mailId" and coalesce(l.state, '') = 'due'
       returning l.secret_id, l.milestone, l.state, a.at
     ), ends as (
       update secrets s set end_told_at = t.at from told t
       where s.id = t.secret_id and t.milestone = 'expired' and t.state = 'sent'
     )
     update mails m set state = a.state, next_attempt_at = a."nextAttemptAt",
       server_answer = case when a.certain then a.answer end,
       finished_at = case when a.state <> 'due' then a.at end,
       sent_text = a.text, sent_html = a.html
     from answered a where m.id = any($2) and m.id = a."mailId"`;

/**
 * A run for a day to come, or one under a clock that was ahead, reports ends that have not come. Such a
 * secret has days left, and their mails are due (M2); what the ledger has as sent stays sent.
 */
export async function reopenEnds(db: EntityManager, now: Date): Promise<void> {
  await db.query(
    `update secrets set end_told_at = null where end_told_at is not null and expires_at > $1`,
    [now],
  );
}
