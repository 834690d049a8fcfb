import type { EntityManager } from 'typeorm';
import type { ApplicationKind } from '../../../applications/application-name.js';
import type { Caller } from '../../../oauth/bearer.service.js';
import type { PageWish } from '../kernel/list.js';
import { reachOf } from '../kernel/reach.js';

export interface ApplicationRow {
  id: string;
  clientId: string;
  organisationId: string;
  kind: ApplicationKind;
  apiCode: string;
  name: string;
  createdAt: Date;
  disabledAt: Date | null;
}

export interface ApplicationFilter {
  organisationId?: string;
  clientId?: string;
  name?: string;
}

/** Applications that are not deleted, as far as the caller may look at them. */
export function findApplications(
  db: EntityManager,
  caller: Caller,
  { organisationId, clientId, name }: ApplicationFilter,
  { after, fetch }: PageWish,
): Promise<ApplicationRow[]> {
  return db.query<ApplicationRow[]>(
    `${select} and ($2::uuid is null or a.organisation_id = $2)
       and ($3::uuid is null or a.client_id = $3) and ($4::text is null or lower(a.name) = lower($4))
       and ($5::uuid is null or a.id > $5)
     order by a.id limit $6`,
    [reachOf(caller), organisationId, clientId, name, after, fetch],
  );
}

export async function findApplication(
  db: EntityManager,
  caller: Caller,
  id: string,
): Promise<ApplicationRow | undefined> {
  const rows = await db.query<ApplicationRow[]>(`${select} and a.id = $2`, [reachOf(caller), id]);
  return rows[0];
}

/** For `provisioning.write`, which reaches every application: to be changed in this transaction. */
export async function lockAnyApplication(
  tx: EntityManager,
  id: string,
): Promise<ApplicationRow | undefined> {
  const rows = await tx.query<ApplicationRow[]>(`${select} and a.id = $2 for update`, [null, id]);
  return rows[0];
}

const select = `
  select a.id, a.client_id as "clientId", a.organisation_id as "organisationId", a.kind,
    a.api_code as "apiCode", a.name, a.created_at as "createdAt", a.disabled_at as "disabledAt"
  from applications a
  where a.deleted_at is null and ($1::uuid is null or a.id = $1)`;
