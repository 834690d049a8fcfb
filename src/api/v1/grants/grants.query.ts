import type { EntityManager } from 'typeorm';
import type { Environment, TokenFormat } from '../../../applications/application.entity.js';
import type { PageWish } from '../kernel/list.js';

export interface ResourceRow {
  id: string;
  apiCode: string;
  name: string;
  environment: Environment;
  audience: string;
  scope: string;
  scopes: string[];
  operatorScopes: string[];
  tokenSeconds: number;
  tokenFormat: TokenFormat;
}

export function findResources(
  db: EntityManager,
  { apiCode }: { apiCode?: string },
  { after, fetch }: PageWish,
): Promise<ResourceRow[]> {
  return db.query<ResourceRow[]>(
    `${resources} and ($1::text is null or r.api_code = $1) and ($2::uuid is null or r.id > $2)
     order by r.id limit $3`,
    [apiCode, after, fetch],
  );
}

/** @param locked to be changed in this transaction */
export async function findResource(
  db: EntityManager,
  id: string,
  locked = false,
): Promise<ResourceRow | undefined> {
  const lock = locked ? 'for update' : '';
  const rows = await db.query<ResourceRow[]>(`${resources} and r.id = $1 ${lock}`, [id]);
  return rows[0];
}

const resources = `
  select r.id, r.api_code as "apiCode", r.name, r.environment, r.audience, r.scope, r.scopes,
    r.operator_scopes as "operatorScopes", r.token_seconds as "tokenSeconds",
    r.token_format as "tokenFormat"
  from resources r where r.deleted_at is null`;

export interface GrantRow {
  id: string;
  name: string;
  environment: Environment;
  audience: string;
  scopes: string[];
  grantedAt: Date;
}

/** Of an application that the caller was found to see. */
export function findGrants(
  db: EntityManager,
  applicationId: string,
  { after, fetch }: PageWish,
): Promise<GrantRow[]> {
  return db.query<GrantRow[]>(
    `${grants} and ($2::uuid is null or r.id > $2) order by r.id limit $3`,
    [applicationId, after, fetch],
  );
}

export async function findGrant(
  db: EntityManager,
  applicationId: string,
  resourceId: string,
): Promise<GrantRow | undefined> {
  const rows = await db.query<GrantRow[]>(`${grants} and r.id = $2`, [applicationId, resourceId]);
  return rows[0];
}

const grants = `
  select r.id, r.name, r.environment, r.audience, g.scopes, g.granted_at as "grantedAt"
  from grants g join resources r on r.id = g.resource_id
  where g.application_id = $1`;
