import type { DataSource } from 'typeorm';
import { isIt, maySee } from '../applications/permission.js';
import type { Milestone } from './milestones.js';
import type { ReminderState } from './reminder.entity.js';

/** A row of the ledger as the pages show it (M8). */
export interface LedgerRow {
  secretId: string;
  milestone: Milestone;
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
  /** The mail as it was sent, when it was kept and the viewer may read it. */
  mailId: string | null;
  /** It was kept, but is also about applications that the viewer does not see. */
  mailHidden: boolean;
}

/**
 * M10: a mail can be about several secrets. It is read by those who see all their applications; with the
 * secret of a resource server in it, which has none, by IT alone.
 */
export const readable = (mail: string, user: string, now: string) => `
  not exists (select from reminders x join secrets xs on xs.id = x.secret_id
    left join applications xa on xa.id = xs.application_id
    where x.mail_id = ${mail}.id
      and not case when xa.id is null then ${isIt(user, now)} else ${maySee('xa', user, now)} end)`;

/** The reminders about these secrets, the latest first. The caller has found the secrets readable. */
export async function ledgerOf(
  dataSource: DataSource,
  secretIds: string[],
  viewer: { id: string },
  now: Date,
): Promise<LedgerRow[]> {
  return dataSource.query<LedgerRow[]>(
    `select l.secret_id as "secretId", l.milestone, l.day::text as day,
       l.planned_at as "plannedAt", l.attempted_at as "attemptedAt", l.attempts,
       u.name as recipient, l.address, l.state, l.server_answer as "serverAnswer",
       case when k.readable then k.id end as "mailId", not k.readable is true and k.id is not null
         as "mailHidden"
     from reminders l left join users u on u.id = l.recipient_id
     left join lateral (select m.id, ${readable('m', '$2', '$3')} as readable from mails m
       where m.id = l.mail_id and m.sent_text is not null and l.state in ('sent', 'failed')) k on true
     where l.secret_id = any($1)
     order by coalesce(l.attempted_at, l.planned_at) desc, u.name, l.id`,
    [secretIds, viewer.id, now],
  );
}
