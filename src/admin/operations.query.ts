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

/** Secrets that are not deleted, by the number of the hash key that proves them. */
export function countByHashKey(
  dataSource: DataSource,
): Promise<{ number: number; count: number }[]> {
  return dataSource.query(
    `select key_number as number, count(*)::int as count from secrets
     where deleted_at is null group by key_number order by key_number desc`,
  );
}

export interface Sealed {
  number: number;
  kind: 'authenticators' | 'enrolments' | 'signing keys' | 'mails';
  count: number;
}

const number = (sealed: string) => `('x' || encode(substr(${sealed}, 1, 4), 'hex'))::bit(32)::int`;

/** What is sealed, by the number of its encryption key, which it begins with (`Keys.seal`). */
export function countByEncryptionKey(dataSource: DataSource): Promise<Sealed[]> {
  return dataSource.query<Sealed[]>(
    `select number, kind, count(*)::int as count from (
       select ${number('sealed_key')} as number, 'authenticators' as kind from totp_factors
       union all select ${number('sealed_enrolment')}, 'enrolments' from sessions
         where sealed_enrolment is not null
       union all select ${number('sealed_key')}, 'signing keys' from signing_keys
       union all select ${number('sealed_body')}, 'mails' from mails
         where state = 'due' and sealed_body is not null) s
     group by number, kind order by number desc, kind`,
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
