import type { DataSource } from 'typeorm';
import type { Environment, TokenFormat } from '../applications/application.entity.js';
import { leakDates, type LeakFacts, leakJson } from '../leaks/leak-words.js';
import { lastRefused, type RefusedCallRow } from '../secrets/refused-calls.js';
import type { Usage } from '../secrets/superseded.js';
import { usageDates, usageJson } from '../secrets/usage-json.js';

export interface ResourceRow {
  id: string;
  name: string;
  environment: Environment;
  api: string;
  audience: string;
  scope: string;
  needsVerification: boolean;
  tokenSeconds: number;
  tokenFormat: TokenFormat;
  /** Keyturn itself. */
  own: boolean;
  /** Applications, not deleted, that it is granted to. */
  granted: number;
  /** Secrets of its resource server, not deleted; the one with the nearest end first. */
  secrets: ServerSecret[];
  /** The last refused calls with the client ID of its resource server (T4), the newest first. */
  refused: RefusedCallRow[];
}

export interface ServerSecret extends Usage {
  id: string;
  name: string;
  hint: string;
  createdBy: { name: string; left: boolean };
  leak: LeakFacts | null;
}

export interface ApiRow {
  code: string;
  name: string;
  /** How many belong to it. */
  resources: number;
  /** Of those that are not deleted. */
  applications: number;
}

/** All of them: there are few. */
export function findApis(dataSource: DataSource): Promise<ApiRow[]> {
  return dataSource.query<ApiRow[]>(`${apis} order by i.name, i.code`);
}

export async function findApi(dataSource: DataSource, code: string): Promise<ApiRow | undefined> {
  const rows = await dataSource.query<ApiRow[]>(`${apis} and i.code = $1`, [code]);
  return rows[0];
}

const apis = `
  select i.code, i.name,
    (select count(*)::int from resources r
      where r.api_code = i.code and r.deleted_at is null) as resources,
    (select count(*)::int from applications a
      where a.api_code = i.code and a.deleted_at is null) as applications
  from apis i where i.deleted_at is null`;

/** All of them: there are few. */
export async function findResources(dataSource: DataSource): Promise<ResourceRow[]> {
  const rows = await dataSource.query<ResourceRow[]>(
    `${sql} order by i.name, r.name, r.environment`,
  );
  return rows.map(withDates);
}

export async function findResource(
  dataSource: DataSource,
  id: string,
): Promise<ResourceRow | undefined> {
  const [row] = await dataSource.query<ResourceRow[]>(`${sql} and r.id = $1`, [id]);
  return row && withDates(row);
}

const sql = `
  select r.id, r.name, r.environment, r.audience, r.scope,
    r.needs_verification as "needsVerification",
    r.token_seconds as "tokenSeconds", r.token_format as "tokenFormat", r.any_api as own,
    i.name || ' (' || i.code || ')' as api,
    (select count(*)::int from grants g join applications a on a.id = g.application_id
      where g.resource_id = r.id and a.deleted_at is null) as granted,
    (select coalesce(json_agg(json_build_object('id', s.id, 'name', s.name, 'hint', s.hint,
        ${usageJson('s')}, 'leak', ${leakJson('s')},
        'createdBy', (select json_build_object('name', u.name, 'left', u.closed_at is not null)
          from users u where u.id = s.created_by))
      order by s.expires_at, s.id), '[]')
      from secrets s where s.resource_id = r.id and s.deleted_at is null) as secrets,
    ${lastRefused('c.resource_id = r.id', 10)} as refused
  from resources r join apis i on i.code = r.api_code
  where r.deleted_at is null`;

function withDates(row: ResourceRow): ResourceRow {
  return {
    ...row,
    secrets: row.secrets.map((each) => ({
      ...each,
      ...usageDates(each),
      leak: leakDates(each.leak),
    })),
  };
}
