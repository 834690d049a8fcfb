import type { DataSource } from 'typeorm';
import type { UtcDay } from '../platform/utc-day.js';
import { type Cursor, pageSize, seek } from './keyset.js';

export interface RunRow {
  id: string;
  asOf: Date;
  day: UtcDay;
  startedAt: Date;
  finishedAt: Date | null;
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
export function findRuns(dataSource: DataSource, cursor: Cursor | undefined): Promise<RunRow[]> {
  const { where, orderBy, values } = seek(cursor, [microseconds, 'r.id::text'], 1, true);
  return dataSource.query<RunRow[]>(
    `select r.id, r.as_of as "asOf", r.day::text as day, r.started_at as "startedAt",
       r.finished_at as "finishedAt", r.due, r.sent, r.failed, r.skipped,
       r.no_recipient as "noRecipient", r.error, ${microseconds} as sort
     from reminder_runs r where ${where} order by ${orderBy} limit ${pageSize + 1}`,
    values,
  );
}

const microseconds = `(extract(epoch from r.started_at) * 1000000)::bigint`;
