import type { DataSource } from 'typeorm';
import { label, type Milestone } from './milestones.js';
import type { ReminderState } from './reminder.entity.js';

/** A row of the ledger as the pages show it (M8). */
export interface LedgerRow {
  secretId: string;
  milestone: Milestone;
  /** The milestone in words. */
  label: string;
  /** The UTC day of the run that planned it, YYYY-MM-DD. */
  day: string;
  plannedAt: Date;
  attemptedAt: Date | null;
  attempts: number;
  /** Null in a row that says there was nobody to mail (M6). */
  recipient: string | null;
  address: string | null;
  state: ReminderState;
  /** The mail server's answer, or why nothing was sent. */
  serverAnswer: string | null;
}

/** The reminders about these secrets, the latest first. */
export async function ledgerOf(dataSource: DataSource, secretIds: string[]): Promise<LedgerRow[]> {
  const rows = await dataSource.query<Omit<LedgerRow, 'label'>[]>(
    `select l.secret_id as "secretId", l.milestone, l.day::text as day,
       l.planned_at as "plannedAt", l.attempted_at as "attemptedAt", l.attempts,
       u.name as recipient, l.address, l.state, l.server_answer as "serverAnswer"
     from reminders l left join users u on u.id = l.recipient_id
     where l.secret_id = any($1)
     order by coalesce(l.attempted_at, l.planned_at) desc, u.name, l.id`,
    [secretIds],
  );
  return rows.map((row) => ({ ...row, label: label(row.milestone) }));
}
