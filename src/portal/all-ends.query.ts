import type { DataSource } from 'typeorm';
import { isIt } from '../applications/permission.js';
import type { Viewer } from '../authentication/viewer.js';
import { mondayOf, startOf, utcDay } from '../platform/utc-day.js';
import { monthAfter } from './home.query.js';
import type { EndingWeek } from './time-line.query.js';

/*
 * What IT is told about all applications, with an amount of work that does not grow with them: ends are
 * counted in the order of an index, and only so far.
 */

/** Of so many applications each is looked at, also for IT. */
const fewEnough = 1_000;
/** So many are counted; of more it is said that there are more. */
export const countedAtMost = 1_000;
/** So many secrets are looked at for one count of applications. */
const lookedAt = 10_000;
const weeks = 53;

export interface Counted {
  count: number;
  more: boolean;
}

/** Applications of which a secret ends within a month, or has ended. */
export interface EndCounts {
  ending: Counted;
  expired: Counted;
}

/** Are there so few applications that each may be looked at? */
export async function areFew(dataSource: DataSource): Promise<boolean> {
  const [row] = await dataSource.query<[{ few: boolean }]>(
    `select count(*) <= ${fewEnough} as few from (
       select from applications where deleted_at is null limit ${fewEnough + 1}) a`,
  );
  return row.few;
}

export async function countEnds(
  dataSource: DataSource,
  viewer: Viewer,
  now: Date,
): Promise<EndCounts> {
  const [row] = await dataSource.query<[EndCounts]>(
    `select ${counted(`${next} and expires_at <= $2`)} as ending,
       ${counted(`${working} and expires_at <= $1`, `${off} and expires_at <= $1`)} as expired`,
    [now, monthAfter(now), viewer.id],
  );
  return row;
}

/** How many secrets end in each of the next weeks, also those that are replaced already. */
export function countEndingWeeks(
  dataSource: DataSource,
  viewer: Viewer,
  now: Date,
): Promise<EndingWeek[]> {
  const first = mondayOf(utcDay(now));
  return dataSource.query<EndingWeek[]>(
    `select to_char(w.monday at time zone 'UTC', 'YYYY-MM-DD') as monday,
       least(n.count, ${countedAtMost})::int as count, n.count > ${countedAtMost} as more
     from (select $2::timestamptz + interval '168 hours' * n as monday
       from generate_series(0, ${weeks - 1}) n) w
     cross join lateral (select count(*) from (select from secrets
       where ${next} and expires_at > w.monday and expires_at <= w.monday + interval '168 hours'
       limit ${countedAtMost + 1}) s) n
     where n.count > 0 and ${isIt('$3', '$1')} order by 1`,
    [now, startOf(first), viewer.id],
  );
}

/** The rows of the two indexes by end. */
const working = `application_id is not null and deleted_at is null and disabled_at is null`;
const off = `application_id is not null and deleted_at is null and disabled_at is not null`;
const next = `${working} and expires_at > $1`;

function counted(...conditions: string[]): string {
  const found = conditions
    .map(
      (each) => `select application_id, count(*) over () as looked from (
        select application_id from secrets where ${each} order by expires_at limit ${lookedAt}) l`,
    )
    .join(' union all ');
  return `(select json_build_object('count', least(count(*), ${countedAtMost}),
      'more', count(*) > ${countedAtMost} or coalesce(max(looked) >= ${lookedAt}, false))
    from (select s.application_id, max(s.looked) as looked
      from (${found}) s join applications a on a.id = s.application_id and a.deleted_at is null
      where ${isIt('$3', '$1')}
      group by 1 limit ${countedAtMost + 1}) s)`;
}
