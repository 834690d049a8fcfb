import type { DataSource } from 'typeorm';
import type { UtcDay } from '../platform/utc-day.js';
import { silentMinutes } from '../reminders/watch.query.js';
import { type Cursor, pageSize, seek } from './keyset.js';

export interface RunRow {
  id: string;
  asOf: Date;
  day: UtcDay;
  startedAt: Date;
  finishedAt: Date | null;
  seenAt: Date | null;
  /** At work at present: it has been seen a moment ago. */
  running: boolean;
  due: number;
  sent: number;
  failed: number;
  skipped: number;
  noRecipient: number;
  error: string | null;
  /** What the list is sorted by: microseconds since 1970. */
  sort: string;
}

/** The runs of the reminders, newest first (M12). */
export function findRuns(
  dataSource: DataSource,
  cursor: Cursor | undefined,
  now: Date,
): Promise<RunRow[]> {
  const { where, orderBy, values } = seek(cursor, [microseconds, 'r.id::text'], 2, true);
  return dataSource.query<RunRow[]>(
    `select ${runColumns}
     from reminder_runs r where ${where} order by ${orderBy} limit ${pageSize + 1}`,
    [now, ...values],
  );
}

const microseconds = `(extract(epoch from r.started_at) * 1000000)::bigint`;

/** The columns of a `RunRow` of `reminder_runs r`; parameter 1 is now. */
export const runColumns = `r.id, r.as_of as "asOf", r.day::text as day, r.started_at as "startedAt",
  r.finished_at as "finishedAt", r.seen_at as "seenAt",
  r.finished_at is null and coalesce(r.seen_at, r.started_at)
    >= $1::timestamptz - interval '${silentMinutes} minutes' as running, r.due, r.sent, r.failed,
  r.skipped, r.no_recipient as "noRecipient", r.error, ${microseconds} as sort`;

export interface AlarmRow {
  text: string;
  openedAt: Date;
  closedAt: Date | null;
  toldAt: Date | null;
  answer: string | null;
}

/** The last incidents; those that are not over first. */
export function findAlarms(dataSource: DataSource): Promise<AlarmRow[]> {
  return dataSource.query<AlarmRow[]>(
    `select text, opened_at as "openedAt", closed_at as "closedAt", told_at as "toldAt", answer
     from alarms order by closed_at is not null, opened_at desc limit 10`,
  );
}
