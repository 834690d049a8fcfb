import type { DataSource } from 'typeorm';
import type { MailKind } from '../platform/mail/mail.entity.js';

export interface WaitingMails {
  kind: MailKind;
  count: number;
  oldest: Date;
  next: Date | null;
  /** What the mail server said to the one that waits longest. */
  answer: string | null;
}

/** Mails that have not left yet, by kind. */
export function findWaitingMails(dataSource: DataSource): Promise<WaitingMails[]> {
  return dataSource.query<WaitingMails[]>(
    `select kind, count(*)::int as count, min(created_at) as oldest, min(next_attempt_at) as next,
       (array_agg(server_answer order by created_at))[1] as answer
     from mails where state = 'due' group by kind order by kind`,
  );
}

/** How far back given up mails are shown. */
export const failedDays = 7;

export interface FailedMail {
  at: Date;
  to: string;
  subject: string;
  answer: string | null;
  /** Of all in these days. */
  count: number;
}

/** The last mails that were given up. A subject tells of names, never of a power. */
export function findFailedMails(dataSource: DataSource, now: Date): Promise<FailedMail[]> {
  return dataSource.query<FailedMail[]>(
    `select finished_at as at, to_address as "to", subject, server_answer as answer,
       (count(*) over ())::int as count
     from mails
     where state = 'failed' and finished_at > $1::timestamptz - interval '${failedDays} days'
     order by finished_at desc limit 10`,
    [now],
  );
}

export interface DatabaseFacts {
  version: string;
  bytes: string;
  now: Date;
  applied: string[];
}

export async function findDatabaseFacts(dataSource: DataSource): Promise<DatabaseFacts> {
  const [row] = await dataSource.query<[DatabaseFacts]>(
    `select current_setting('server_version') as version, clock_timestamp() as now,
       pg_database_size(current_database()) as bytes,
       array(select name from migrations order by timestamp) as applied`,
  );
  return row;
}
