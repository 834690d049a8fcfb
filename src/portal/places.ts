import type { Viewer } from '../authentication/viewer.js';

/**
 * Where to look for applications, as the SQL of a CTE `places`, so that nobody's page costs more
 * because there are many applications of others. What may be seen is decided by `maySee` alone.
 * Parameters: $1 the user, $3 the application.
 */
export function placesFor(viewer: Viewer, applicationId: string | undefined): string {
  if (applicationId) return theOne;
  return seesAll(viewer) ? everywhere : ownOnes;
}

/** Somebody whose applications are all there are. */
export function seesAll({ everywhere: all }: Viewer): boolean {
  return all.has('applications.see');
}

/** Of IT, and of whoever else sees all. */
const everywhere = `places as (select id from applications where deleted_at is null)`;

const theOne = `places as (select $3::uuid as id)`;

const ownOnes = `own as materialized (
    select r.application_id, r.organisation_id from role_assignments r
    where r.user_id = $1 and r.withdrawn_at is null),
  places as (
    select application_id as id from own where application_id is not null
    union
    select a.id from own join applications a on a.organisation_id = own.organisation_id
    where own.application_id is null)`;
