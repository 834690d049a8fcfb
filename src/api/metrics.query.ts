import type { DataSource } from 'typeorm';

/** What the metrics say of runs, mails, audit and backups, beside the watch. */
export interface MetricsRow {
  run: Record<'due' | 'sent' | 'failed' | 'skipped' | 'noRecipient', number> | null;
  remindersWaiting: number;
  mailsWaiting: number;
  oldestWaiting: Date | null;
  mailsFailed: number;
  auditEvents: number;
  auditHeadSent: Date | null;
  lastBackup: Date | null;
}

/** Each part reads an index: of what is waiting, of what failed, of runs by time, or a last row. */
export async function findMetrics(dataSource: DataSource, now: Date): Promise<MetricsRow> {
  const [row] = await dataSource.query<[MetricsRow]>(sql, [now]);
  return row;
}

const sql = `
  select (select json_build_object('due', r.due, 'sent', r.sent, 'failed', r.failed,
        'skipped', r.skipped, 'noRecipient', r.no_recipient)
      from reminder_runs r where r.error is null and r.finished_at <= $1
      order by r.started_at desc limit 1) as run,
    (select count(*)::int from reminders where state = 'due') as "remindersWaiting",
    w.count as "mailsWaiting", w.oldest as "oldestWaiting",
    (select count(*)::int from mails where state = 'failed'
      and finished_at > $1::timestamptz - interval '1 day') as "mailsFailed",
    (select position::float8 from audit_head) as "auditEvents",
    (select m.finished_at from audit_anchors a join mails m on m.id = a.mail_id
      where m.state = 'sent' order by a.day desc limit 1) as "auditHeadSent",
    (select max(finished_at) from backups) as "lastBackup"
  from (select count(*)::int as count, min(created_at) as oldest
    from mails where state = 'due') w`;
