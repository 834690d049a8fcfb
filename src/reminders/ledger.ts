import { randomUUID } from 'node:crypto';
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

/** Whom something is due for, and how much. Rows in a pause wait, except when another one is due. */
export function findWaiting(
  tx: Tx,
  now: Date,
  force: boolean,
): Promise<{ recipientId: string; rows: number }[]> {
  return tx.query(
    `select recipient_id as "recipientId", count(*)::int as rows from reminders
     where state = 'due' group by recipient_id
     having $2 or bool_or(next_attempt_at is null or next_attempt_at <= $1)
     order by recipient_id`,
    [now, force],
  );
}

/** The due rows of a recipient or of a mail, locked; those that somebody else holds are left out. */
export function lockDue(
  tx: Tx,
  by: { recipientId: string } | { mailId: string },
): Promise<DueRow[]> {
  const [column, value] =
    'mailId' in by ? ['mail_id', by.mailId] : ['recipient_id', by.recipientId];
  return tx.query(
    `select id, secret_id as "secretId", milestone, recipient_id as "recipientId",
       mail_id as "mailId"
     from reminders where ${column} = $1 and state = 'due' order by id for update skip locked`,
    [value],
  );
}

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

export interface Attempted {
  state: 'sent' | 'failed' | 'due';
  address: string;
  answer: string;
  at: Date;
  nextAttemptAt: Date | null;
}

/** The mail server's answer goes into every row that the mail was about. */
export async function recordAttempt(
  tx: Tx,
  rows: readonly DueRow[],
  { state, address, answer, at, nextAttemptAt }: Attempted,
): Promise<void> {
  await tx.query(
    `update reminders set state = $2, address = $3, server_answer = $4, attempted_at = $5,
       next_attempt_at = $6, attempts = attempts + 1
     where id = any($1)`,
    [rows.map(({ id }) => id), state, address, answer, at, nextAttemptAt],
  );
}
