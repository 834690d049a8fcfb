import type { Viewer } from '../authentication/viewer.js';

/**
 * Where to look for applications, as the SQL of a CTE `places`, so that nobody's page costs more
 * because there are many applications of others. What may be seen is decided by `maySee` alone.
 * Parameters: $1 the user, $2 now, $3 the application, $5 how many.
 */
export function placesFor({ it }: Viewer, applicationId: string | undefined): string {
  if (applicationId) return theOne;
  return it ? endingFirst : ownOnes;
}

/** Secrets that count for what ends next. */
const atWork = `
  secrets s join applications a on a.id = s.application_id and a.deleted_at is null
  where s.deleted_at is null and s.disabled_at is null and s.expires_at > $2`;

const theOne = `places as (select $3::uuid as id)`;

const ownOnes = `own as materialized (
    select r.role, r.application_id, r.organisation_id from role_assignments r
    where r.user_id = $1 and r.withdrawn_at is null),
  places as (
    select application_id as id from own where role = 'credential_manager'
    union
    select a.id from own join applications a on a.organisation_id = own.organisation_id
    where own.role = 'org_admin')`;

/** The applications of the next ends, read in their order; the others only where those are few. */
const endingFirst = `recursive next_end (id, ends, seen) as (
    (select s.application_id, s.expires_at, array[s.application_id]
      from ${atWork}
      order by s.expires_at, s.application_id limit 1)
    union all
    select n.application_id, n.expires_at, e.seen || n.application_id
    from next_end e cross join lateral (
      select s.application_id, s.expires_at
      from ${atWork}
        and (s.expires_at, s.application_id) > (e.ends, e.id) and s.application_id <> all (e.seen)
      order by s.expires_at, s.application_id limit 1) n
    where cardinality(e.seen) < $5),
  places as (
    select id from next_end
    union all
    (select a.id from applications a
      where (select count(*) from next_end) < $5 and a.deleted_at is null
        and a.id not in (select id from next_end)
      order by a.name limit $5))`;
