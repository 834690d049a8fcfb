import type { DataSource } from 'typeorm';
import { isIt } from '../applications/permission.js';
import type { Viewer } from '../authentication/viewer.js';
import { containing } from '../platform/database/containing.js';
import { type Filter, type HomeFilter, isoInstant, managed, monthAfter } from './home.query.js';
import type { Placed } from './ending-first.query.js';

/**
 * The applications that fit, for IT where they are many: the same as `findHome`, but looking closer only
 * at those that fit, and counting nothing. A secret is found by the beginning of its name, and by all of
 * its hint.
 */
export function findNarrowed(
  dataSource: DataSource,
  viewer: Viewer,
  now: Date,
  { q, show, after }: HomeFilter,
  limit: number,
): Promise<Placed[]> {
  return dataSource.query<Placed[]>(sql(q !== '', show), [
    viewer.id,
    now,
    monthAfter(now),
    containing(q),
    containing(q.toLowerCase()).slice(1),
    q,
    after?.[0] || null,
    after?.[1] ?? null,
    limit,
  ]);
}

/** By indexes of secrets, for all applications at once. */
const found = `
  (a.name ilike $4 or o.name ilike $4 or a.client_id::text ilike $4
    or a.id in (select s.application_id from secrets s
      where s.deleted_at is null and s.application_id is not null
        and (lower(s.name) like $5 or s.hint = $6)))`;

const live = `s.deleted_at is null and s.disabled_at is null and s.expires_at > $2`;
const ended = `s.deleted_at is null and s.expires_at <= $2`;
const fits: Record<Filter, string> = {
  ending: `a.id in (select s.application_id from secrets s where ${live} and s.expires_at <= $3)`,
  // Each half has an index of its own.
  expired: `a.id in (select s.application_id from secrets s where ${ended} and s.disabled_at is null
    union all select s.application_id from secrets s where ${ended} and s.disabled_at is not null)`,
  never_used: `a.id in (select s.application_id from secrets s
    where ${live} and s.last_used_at is null)`,
  cannot_connect: `a.disabled_at is null
    and not exists (select from secrets s where s.application_id = a.id and ${live})`,
  no_manager: `not ${managed}`,
};

const sql = (searched: boolean, show?: Filter) => `
  with fitting as materialized (
    select a.id, a.name, coalesce((select min(s.expires_at) from secrets s
      where s.application_id = a.id and ${live}), 'infinity') as next_end
    from applications a join organisations o on o.id = a.organisation_id
    where a.deleted_at is null and ${isIt('$1', '$2')}
      and ${searched ? found : 'true'} and ${show ? fits[show] : 'true'})
  select id, json_build_array(
    case when isfinite(next_end) then ${isoInstant('next_end')} else '' end, name) as place
  from fitting
  where ($8::text is null or (next_end, name) > (coalesce($7::timestamptz, 'infinity'), $8))
    and ($3::timestamptz, $4::text, $5::text, $6::text) is not null
  order by next_end, name limit $9`;
