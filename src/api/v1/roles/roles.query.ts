import type { EntityManager } from 'typeorm';
import type { PageWish } from '../kernel/list.js';

export interface RoleRow {
  id: string;
  userId: string;
  role: string;
  organisationId: string;
  applicationId: string | null;
  confirmedBy: string;
  confirmedOn: string;
  grantedAt: Date;
  endsAt: Date | null;
}

export interface RoleFilter {
  userId?: string;
  applicationId?: string;
  organisationId?: string;
}

export function findRoles(
  db: EntityManager,
  { userId, applicationId, organisationId }: RoleFilter,
  now: Date,
  { after, fetch }: PageWish,
): Promise<RoleRow[]> {
  return db.query<RoleRow[]>(
    `${select} and ($2::uuid is null or r.user_id = $2)
       and ($3::uuid is null or r.application_id = $3)
       and ($4::uuid is null or r.organisation_id = $4) and ($5::uuid is null or r.id > $5)
     order by r.id limit $6`,
    [now, userId, applicationId, organisationId, after, fetch],
  );
}

export async function findRole(
  db: EntityManager,
  id: string,
  now: Date,
): Promise<RoleRow | undefined> {
  const rows = await db.query<RoleRow[]>(`${select} and r.id = $2`, [now, id]);
  return rows[0];
}

const select = `
  select r.id, r.user_id as "userId", r.role, r.organisation_id as "organisationId",
    r.application_id as "applicationId", r.confirmed_by as "confirmedBy",
    r.confirmed_on::text as "confirmedOn", r.granted_at as "grantedAt", r.ends_at as "endsAt"
  from role_assignments r
  where r.organisation_id is not null and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $1)`;
