import type { DataSource } from 'typeorm';
import { mayManageDomains, maySee } from '../applications/permission.js';
import { NotFound } from '../platform/refusals.js';
import type { DomainEnvironment } from './domain.entity.js';
import type { DomainPlace } from './domains.service.js';

/** An application with its domains, and with the secrets that can be linked to them. */
export interface DomainsRow {
  id: string;
  name: string;
  clientId: string;
  organisation: string;
  mayManage: boolean;
  secrets: LinkableSecret[];
  domains: DomainRow[];
}

export interface DomainRow {
  id: string;
  host: string;
  name: string;
  environment: DomainEnvironment;
  allowLogin: boolean;
  allowApi: boolean;
  active: boolean;
  isPrimary: boolean;
  serverIps: string[];
  fallbackUri: string | null;
  hasLogo: boolean;
  callbacks: { id: string; url: string; active: boolean }[];
  secretIds: string[];
}

export interface LinkableSecret {
  id: string;
  name: string;
  hint: string;
  expiresAt: Date;
  disabledAt: Date | null;
}

/** @throws NotFound for an application that is absent or not for these eyes (R8) */
export async function findDomainsOf(
  dataSource: DataSource,
  viewer: { id: string },
  now: Date,
  applicationId: string,
): Promise<DomainsRow> {
  const [row] = await dataSource.query<DomainsRow[]>(sql, [viewer.id, now, applicationId]);
  if (!row) throw new NotFound('no such application for this user');
  const date = (value: unknown) => (value === null ? null : new Date(value as string));
  const secrets = row.secrets.map((secret) => ({
    ...secret,
    expiresAt: date(secret.expiresAt)!,
    disabledAt: date(secret.disabledAt),
  }));
  return { ...row, secrets };
}

/** @throws NotFound also where there is none */
export async function findLogo(
  dataSource: DataSource,
  viewer: { id: string },
  now: Date,
  { applicationId, domainId }: DomainPlace,
): Promise<Buffer> {
  const [row] = await dataSource.query<{ logo: Buffer }[]>(
    `select d.logo from domains d join applications a on a.id = d.application_id
     where d.id = $4 and a.id = $3 and d.logo is not null
       and d.deleted_at is null and a.deleted_at is null and ${maySee('a', '$1', '$2')}`,
    [viewer.id, now, applicationId, domainId],
  );
  if (!row) throw new NotFound('no such domain for this user, or no logo of it');
  return row.logo;
}

const callbacks = `(select coalesce(json_agg(json_build_object('id', u.id, 'url', u.url,
    'active', u.active) order by u.created_at, u.id), '[]')
  from domain_urls u where u.domain_id = d.id and u.kind = 'callback')`;

const sql = `
  select a.id, a.name, a.client_id as "clientId", o.name as organisation,
    ${mayManageDomains('a', '$1', '$2')} as "mayManage",
    (select coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'hint', s.hint,
        'expiresAt', s.expires_at, 'disabledAt', s.disabled_at)
        order by s.expires_at, s.created_at), '[]')
      from secrets s where s.application_id = a.id and s.deleted_at is null) as secrets,
    (select coalesce(json_agg(json_build_object('id', d.id, 'host', d.host, 'name', d.name,
        'environment', d.environment, 'allowLogin', d.allow_login, 'allowApi', d.allow_api,
        'active', d.active, 'isPrimary', d.is_primary, 'serverIps', d.server_ips,
        'fallbackUri', d.fallback_uri, 'hasLogo', d.logo is not null, 'callbacks', ${callbacks},
        'secretIds', (select coalesce(json_agg(l.secret_id), '[]')
          from secret_domains l where l.domain_id = d.id))
        order by d.is_primary desc, d.environment, d.host), '[]')
      from domains d where d.application_id = a.id and d.deleted_at is null) as domains
  from applications a join organisations o on o.id = a.organisation_id
  where a.id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}`;
