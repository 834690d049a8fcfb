import type { EntityManager } from 'typeorm';
import type { PageWish } from '../kernel/list.js';

export interface UserRow {
  id: string;
  organisationId: string;
  email: string;
  name: string;
  createdAt: Date;
  activatedAt: Date | null;
  lastSignInAt: Date | null;
  closedAt: Date | null;
}

export function findUsers(
  db: EntityManager,
  { organisationId, email }: { organisationId?: string; email?: string },
  { after, fetch }: PageWish,
): Promise<UserRow[]> {
  return db.query<UserRow[]>(
    `${select} and ($1::uuid is null or u.organisation_id = $1)
       and ($2::text is null or u.email = lower($2)) and ($3::uuid is null or u.id > $3)
     order by u.id limit $4`,
    [organisationId, email, after, fetch],
  );
}

/** @param locked to be changed in this transaction */
export async function findUser(
  db: EntityManager,
  id: string,
  locked = false,
): Promise<UserRow | undefined> {
  const lock = locked ? 'for update' : '';
  const rows = await db.query<UserRow[]>(`${select} and u.id = $1 ${lock}`, [id]);
  return rows[0];
}

// People of IT are looked after by people (ADR 11).
const select = `
  select u.id, u.organisation_id as "organisationId", u.email, u.name, u.created_at as "createdAt",
    u.activated_at as "activatedAt", u.last_sign_in_at as "lastSignInAt",
    u.closed_at as "closedAt"
  from users u where u.organisation_id is not null`;
