import type { EntityManager } from 'typeorm';
import type { Caller } from '../../../oauth/bearer.service.js';
import type { PageWish } from '../kernel/list.js';
import { supersedes } from '../../../secrets/superseded.js';
import { reachOf } from '../kernel/reach.js';

export interface SecretRow {
  id: string;
  applicationId: string;
  name: string;
  hint: string;
  createdAt: Date;
  createdBy: string | null;
  expiresAt: Date;
  disabledAt: Date | null;
  lastUsedAt: Date | null;
  lostAt: Date | null;
  superseded: boolean;
}

/** Those of an application that are not deleted, as far as the caller may look at it. */
export function findSecrets(
  db: EntityManager,
  caller: Caller,
  applicationId: string,
  now: Date,
  { after, fetch }: PageWish,
): Promise<SecretRow[]> {
  return db.query<SecretRow[]>(
    `${select} and ($4::uuid is null or s.id > $4) order by s.id limit $5`,
    [applicationId, reachOf(caller), now, after, fetch],
  );
}

export async function findSecret(
  db: EntityManager,
  caller: Caller,
  applicationId: string,
  id: string,
  now: Date,
): Promise<SecretRow | undefined> {
  const values = [applicationId, reachOf(caller), now, id];
  const rows = await db.query<SecretRow[]>(`${select} and s.id = $4`, values);
  return rows[0];
}

const superseded = `
  exists (select 1 from secrets n
    where n.application_id = s.application_id and ${supersedes('n', 's', '$3')})`;

const select = `
  select s.id, s.application_id as "applicationId", s.name, s.hint, s.created_at as "createdAt",
    coalesce((select u.name from users u where u.id = s.created_by),
      (select 'secret “' || c.name || '”' from secrets c where c.id = s.created_by_secret))
      as "createdBy",
    s.expires_at as "expiresAt", s.disabled_at as "disabledAt", s.last_used_at as "lastUsedAt",
    s.lost_at as "lostAt", ${superseded} as superseded
  from secrets s join applications a on a.id = s.application_id
  where a.id = $1 and a.deleted_at is null and ($2::uuid is null or a.id = $2)
    and s.deleted_at is null`;
