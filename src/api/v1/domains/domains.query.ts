import type { EntityManager } from 'typeorm';
import type { DomainValues } from '../../../domains/domain-values.js';
import type { Caller } from '../../../oauth/bearer.service.js';
import { etagOf } from '../kernel/etag.js';
import type { PageWish } from '../kernel/list.js';
import { reachOf } from '../kernel/reach.js';
import type { CallbackAnswer, DomainAnswer } from './domains.dto.js';

export interface DomainRow extends DomainValues {
  id: string;
  applicationId: string;
  host: string;
  createdAt: Date;
  callbacks: CallbackAnswer[];
  secretIds: string[];
}

/** Those of an application that are not deleted, as far as the caller may look at it. */
export function findDomains(
  db: EntityManager,
  caller: Caller,
  applicationId: string,
  { after, fetch }: PageWish,
): Promise<DomainRow[]> {
  return db.query<DomainRow[]>(
    `${select} and ($3::uuid is null or d.id > $3) order by d.id limit $4`,
    [applicationId, domainReach(caller), after, fetch],
  );
}

export async function findDomain(
  db: EntityManager,
  caller: Caller,
  applicationId: string,
  id: string,
): Promise<DomainRow | undefined> {
  const values = [applicationId, domainReach(caller), id];
  const rows = await db.query<DomainRow[]>(`${select} and d.id = $3`, values);
  return rows[0];
}

export function domainAnswer({ createdAt, ...row }: DomainRow): DomainAnswer {
  return { ...row, createdAt: createdAt.toISOString() };
}

/** Of what a change of it can name. */
export function domainTag(row: DomainRow): string {
  const { id, name, environment, allowLogin, allowApi, active, isPrimary } = row;
  const flags = [allowLogin, allowApi, active, isPrimary];
  return etagOf('domain', id, name, environment, flags, row.serverIps, row.fallbackUri);
}

/** Who provisions sees what it writes. */
function domainReach(caller: Caller): string | null {
  return caller.scopes.includes('provisioning.write') ? null : reachOf(caller);
}

const select = `
  select d.id, d.application_id as "applicationId", d.host, d.name, d.environment,
    d.allow_login as "allowLogin", d.allow_api as "allowApi", d.active, d.is_primary as "isPrimary",
    d.server_ips as "serverIps", d.fallback_uri as "fallbackUri", d.created_at as "createdAt",
    (select coalesce(json_agg(json_build_object('id', u.id, 'url', u.url, 'active', u.active)
        order by u.created_at, u.id), '[]')
      from domain_urls u where u.domain_id = d.id and u.kind = 'callback') as callbacks,
    array(select l.secret_id::text from secret_domains l
      where l.domain_id = d.id order by l.secret_id) as "secretIds"
  from domains d join applications a on a.id = d.application_id
  where a.id = $1 and a.deleted_at is null and ($2::uuid is null or a.id = $2)
    and d.deleted_at is null`;
