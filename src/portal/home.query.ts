import type { DataSource } from 'typeorm';
import { manages, maySee } from '../applications/permission.js';
import type { Viewer } from '../authentication/viewer.js';
import { placesFor } from './places.js';
import { containing } from '../platform/database/containing.js';
import { startOf, addCalendarMonths, utcDay } from '../platform/utc-day.js';
import { supersedes } from '../secrets/superseded.js';

/** What the list can be narrowed to; each is a column of the query below. */
export const filters = ['ending', 'expired', 'never_used', 'cannot_connect', 'no_manager'] as const;
export type Filter = (typeof filters)[number];

export interface HomeFilter {
  /** Part of the name of application, organisation or secret, of a hint or a client ID. */
  q: string;
  show?: Filter;
  /** The last one of the page before. */
  after?: Place;
}

/** Where an application stands in the list: the next end, empty for none, and its name. */
export type Place = [end: string, name: string];

export type HomeCounts = Record<Filter | 'all' | 'attention', number>;

export interface HomeRows {
  counts: HomeCounts;
  /** One more than the limit when there are more. */
  rows: { id: string; place: Place }[];
}

/**
 * The applications that the viewer may see and that fit, the one with the nearest end first. It looks
 * at all that are seen, and counts them: for IT only where they are few (`areFew`).
 */
export async function findHome(
  dataSource: DataSource,
  viewer: Viewer,
  now: Date,
  { q, show, after }: HomeFilter,
  limit: number,
): Promise<HomeRows> {
  const inAMonth = monthAfter(now);
  const like = q && containing(q);
  const [row] = await dataSource.query<[HomeRows]>(sql(viewer, show), [
    viewer.id,
    now,
    inAMonth,
    like,
    after?.[0] || null,
    after?.[1] ?? null,
    limit + 1,
  ]);
  return row;
}

/** "Ending" ends within a calendar month. */
export function monthAfter(now: Date): Date {
  return startOf(utcDay(addCalendarMonths(startOf(utcDay(now)), 1)));
}

const secrets = `
  select min(x.expires_at) filter (where x.live) as next_end,
    coalesce(bool_or(x.live), false) as connects,
    coalesce(bool_or(x.live and x.expires_at <= $3), false) as ending,
    coalesce(bool_or(x.expires_at <= $2), false) as expired,
    coalesce(bool_or(x.live and x.last_used_at is null), false) as never_used,
    count(*) filter (where x.expires_at <= $2 or exists (select from leaks l where l.secret_id = x.id)
      or x.live and (x.expires_at <= $3
      or exists (select from secrets n where n.application_id = x.application_id
        and ${supersedes('n', 'x', '$2')})))::int as attention
  from (select s.*, s.disabled_at is null and s.expires_at > $2 as live from secrets s
    where s.application_id = a.id and s.deleted_at is null) x`;

const found = `
  ($4 = '' or a.name ilike $4 or o.name ilike $4 or a.client_id::text ilike $4
    or exists (select from secrets s where s.application_id = a.id and s.deleted_at is null
      and (s.name ilike $4 or s.hint ilike $4)))`;

/** By somebody who can sign in and act. */
export const managed = `
  exists (select from role_assignments r join users u on u.id = r.user_id
    where ${manages('a', '$2')} and r.withdrawn_at is null
      and (r.ends_at is null or r.ends_at > $2)
      and u.closed_at is null and u.activated_at is not null)`;

/** A moment to the microsecond, alike in every time zone of a connection. */
export const isoInstant = (column: string) =>
  `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

/** An empty end sorts last, as the latest there is. */
const sql = (viewer: Viewer, show?: Filter) => `
  with ${placesFor(viewer, undefined)},
  seen as materialized (
    select a.id, a.name, coalesce(e.next_end, 'infinity') as next_end, e.attention, e.ending,
      e.expired, e.never_used, a.disabled_at is null and not e.connects as cannot_connect,
      not ${managed} as no_manager
    from places join applications a on a.id = places.id
    join organisations o on o.id = a.organisation_id
    cross join lateral (${secrets}) e
    where a.deleted_at is null and ${found} and ${maySee('a', '$1', '$2')}),
  page as (
    select id, name, next_end from seen
    where ${show ?? 'true'} and ($6::text is null
      or (next_end, name) > (coalesce($5::timestamptz, 'infinity'), $6))
    order by next_end, name limit $7)
  select (select json_build_object('all', count(*), 'attention', coalesce(sum(attention), 0),
      ${filters.map((each) => `'${each}', count(*) filter (where ${each})`).join(', ')})
    from seen) as counts,
    (select coalesce(json_agg(json_build_object('id', id, 'place',
      json_build_array(case when isfinite(next_end) then ${isoInstant('next_end')} else '' end, name))
      order by next_end, name), '[]') from page) as rows`;
