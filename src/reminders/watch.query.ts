import type { EntityManager } from 'typeorm';
import { everywhere, reminds } from '../applications/permission.js';
import { opens } from '../users/permissions.js';
import { supersedes } from '../secrets/superseded.js';
import { startOf, utcDay } from '../platform/utc-day.js';
import type { RunFacts } from './watch-rule.js';

/** A run that was not seen for so long has died. */
export const silentMinutes = 15;

type Row<T> = { [Key in keyof T]: T[Key] extends Date ? string : T[Key] };

/** What the record of runs says: two look-ups by an index, cheap enough for every request. */
export async function findRuns(
  tx: EntityManager,
  now: Date,
): Promise<Omit<RunFacts, 'missed'> & { completeAsOf: Date | null }> {
  const [row] = await tx.query<
    {
      complete: (Row<NonNullable<RunFacts['complete']>> & { asOf: string }) | null;
      broken: Row<NonNullable<RunFacts['broken']>> | null;
      since: Date | null;
    }[]
  >(runs, [now]);
  const { complete, broken, since } = row!;
  return {
    complete: complete && {
      startedAt: new Date(complete.startedAt),
      finishedAt: new Date(complete.finishedAt),
      noRecipient: complete.noRecipient,
    },
    completeAsOf: complete && new Date(complete.asOf),
    broken: broken && { startedAt: new Date(broken.startedAt), error: broken.error },
    since,
  };
}

/** A run for another day, by hand, is no proof that the daily one works. */
const daily = `as_of between started_at - interval '26 hours' and started_at + interval '1 hour'`;

const runs = `
  with complete as (
    select as_of as "asOf", started_at as "startedAt", finished_at as "finishedAt",
      no_recipient as "noRecipient"
    from reminder_runs where error is null and finished_at <= $1 and started_at <= $1 and ${daily}
    order by started_at desc limit 1
  ), broken as (
    select started_at as "startedAt", error from reminder_runs
    where started_at <= $1 and ${daily} and (error is not null
      or finished_at is null
        and coalesce(seen_at, started_at) < $1::timestamptz - interval '${silentMinutes} minutes')
    order by started_at desc limit 1
  )
  select (select to_json(c) from complete c) as complete,
    (select to_json(b) from broken b) as broken,
    case when not exists (select from complete)
      then (select min(created_at) from secrets where deleted_at is null) end as since`;

/**
 * An oracle beside planning: secrets in their last week on the day of a complete run, with people to
 * mail, that have no row for that day at all. What came back to life since then waits for the next run.
 */
export async function countMissed(tx: EntityManager, asOf: Date, now: Date): Promise<number> {
  const today = startOf(utcDay(asOf));
  const values = [asOf, today, now];
  const [ofApplications] = await tx.query<{ count: number }[]>(missed, values);
  const [ofServers] = await tx.query<{ count: number }[]>(missedOfServers, values);
  return ofApplications!.count + ofServers!.count;
}

/** In their last week, and without a row for the day. */
const withoutRow = `
  s.expires_at > $3 and s.expires_at > $1
    and s.expires_at <= $2::timestamptz + interval '8 days'
    and s.created_at < $2 and s.deleted_at is null and s.disabled_at is null
    and not exists (select from reminders l where l.secret_id = s.id and l.milestone =
      (extract(day from date_trunc('day', s.expires_at - interval '1 millisecond', 'UTC')
        - $2::timestamptz))::int::text)`;

/** Somebody could be mailed by this run. */
const somebody = `
  select from role_assignments r join users u on u.id = r.user_id
  where r.granted_at < $1 and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $3)
    and u.closed_at is null and u.activated_at < $1`;

const missed = `
  select count(*)::int as count
  from secrets s join applications a on a.id = s.application_id
  where ${withoutRow} and a.deleted_at is null and a.disabled_at is null
    and exists (${somebody}
        and ${reminds('a', '$3')})
    and not exists (select from secrets n
      where n.application_id = s.application_id and ${supersedes('n', 's', '$1')})
    and not exists (select from audit_events e where e.application_id = a.id and e.at > $1
      and e.action in ('secret.switch_on', 'application.enable'))`;

const missedOfServers = `
  select count(*)::int as count from secrets s
  where s.resource_id is not null and ${withoutRow} and exists (${somebody}
      and ${opens('reminders.receive', '$3')} and ${everywhere})
    and not exists (select from secrets n
      where n.resource_id = s.resource_id and ${supersedes('n', 's', '$1')})
    and not exists (select from audit_events e where e.subject_id = s.id and e.at > $1
      and e.action = 'secret.switch_on')`;
