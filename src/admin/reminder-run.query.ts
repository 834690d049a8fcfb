import type { DataSource } from 'typeorm';
import type { Milestone } from '../reminders/milestones.js';
import type { ReminderState } from '../reminders/reminder.entity.js';
import { type Cursor, pageSize, seek } from './keyset.js';
import { runColumns, type RunRow } from './reminder-runs.query.js';

/** One ledger row that a run planned or tried to send. */
export interface RunReminderRow {
  id: string;
  applicationId: string | null;
  application: string | null;
  /** For the secret of a resource server. */
  resourceId: string | null;
  resource: string | null;
  secretId: string;
  secret: string;
  milestone: Milestone;
  recipient: string | null;
  address: string | null;
  state: ReminderState;
  serverAnswer: string | null;
  /** The mail as it was sent, when it was kept. */
  mailId: string | null;
  at: Date;
  /** What the list is sorted by: microseconds since 1970. */
  sort: string;
}

export async function findRun(
  dataSource: DataSource,
  id: string,
  now: Date,
): Promise<RunRow | undefined> {
  const [row] = await dataSource.query<RunRow[]>(
    `select ${runColumns} from reminder_runs r where r.id = $2`,
    [now, id],
  );
  return row;
}

/**
 * The ledger rows of a run, the latest first. Runs never overlap (M4), so the time of a row's last
 * attempt, or of its planning where nothing was tried, says which run it belongs to.
 */
export function findRunReminders(
  dataSource: DataSource,
  run: RunRow,
  cursor: Cursor | undefined,
): Promise<RunReminderRow[]> {
  const { where, orderBy, values } = seek(cursor, [microseconds, 'l.id::text'], 3, true);
  return dataSource.query<RunReminderRow[]>(
    `select l.id, a.id as "applicationId", a.name as application,
       q.id as "resourceId", q.name || ' (' || q.environment || ')' as resource, s.id as "secretId", s.name as secret,
       l.milestone, u.name as recipient, l.address, l.state, l.server_answer as "serverAnswer",
       case when m.sent_text is not null then m.id end as "mailId", ${at} as at, ${microseconds} as sort
     from reminders l join secrets s on s.id = l.secret_id
     left join applications a on a.id = s.application_id and a.deleted_at is null
     left join resources q on q.id = s.resource_id
     left join users u on u.id = l.recipient_id
     left join mails m on m.id = l.mail_id and l.state in ('sent', 'failed')
     where ${at} between $1 and $2 and ${where} order by ${orderBy} limit ${pageSize + 1}`,
    [run.startedAt, run.finishedAt ?? run.seenAt ?? run.startedAt, ...values],
  );
}

const at = 'coalesce(l.attempted_at, l.planned_at)';
const microseconds = `(extract(epoch from ${at}) * 1000000)::bigint`;
