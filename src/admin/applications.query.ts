import type { DataSource } from 'typeorm';
import type { ApplicationKind } from '../applications/application-name.js';
import type { Environment } from '../applications/application.entity.js';
import type { UtcDay } from '../platform/utc-day.js';
import { covers } from '../applications/permission.js';
import { activeRole, countManagers, liveRole } from './live-role.js';

export interface ApplicationFacts {
  id: string;
  name: string;
  clientId: string;
  kind: ApplicationKind;
  api: string;
  organisationId: string;
  organisation: string;
  createdAt: Date;
  createdBy: string | null;
  disabledAt: Date | null;
  deletedAt: Date | null;
  liveSecrets: number;
  /** Active ones alone. */
  orgAdmins: number;
  resources: ResourceRow[];
  managers: ManagerRow[];
  /** People with roles that IT made. */
  otherRoles: ManagerRow[];
  /** How many people who have signed in manage its secrets, by whichever role. */
  activeManagers: number;
  /** Open accounts of the organisation that do not manage it yet. */
  others: { id: string; name: string; email: string }[];
}

export interface ResourceRow {
  id: string;
  name: string;
  environment: Environment;
  audience: string;
  /** Its own scopes, if it has any; those for operators only where the organisation is one. */
  scopes: string[];
  granted: string[];
  grantedAt: string | null;
}

export interface ManagerRow {
  assignmentId: string;
  userId: string;
  name: string;
  email: string;
  activated: boolean;
  closed: boolean;
  confirmedBy: string;
  confirmedOn: UtcDay;
  grantedAt: string;
  endsAt: string | null;
  /** The name of the role. */
  role: string;
  /** It holds in the whole organisation. */
  wide: boolean;
}

/** An application with its resources and people; also a deleted one, for the record. */
export async function findApplication(
  dataSource: DataSource,
  id: string,
  now: Date,
): Promise<ApplicationFacts | undefined> {
  const rows = await dataSource.query<ApplicationFacts[]>(sql, [id, now]);
  return rows[0];
}

/** Of the resources of its API those that it has, or may have (A6, A7). */
const resources = `
  select coalesce(json_agg(json_build_object('id', r.id, 'name', r.name,
      'environment', r.environment, 'audience', r.audience, 'grantedAt', g.granted_at,
      'scopes', array(select s from unnest(r.scopes) s where o.operator or not s = any (r.operator_scopes)),
      'granted', coalesce(g.scopes, '{}'))
    order by r.environment, r.name), '[]')
  from resources r
  left join grants g on g.resource_id = r.id and g.application_id = a.id
  where g.resource_id is not null
    or (r.deleted_at is null and (r.api_code = a.api_code or r.any_api) and (a.kind = 'partner' or r.open_to_alternative))`;

const assignments = `
  select coalesce(json_agg(json_build_object('assignmentId', r.id, 'userId', u.id, 'name', u.name,
      'email', u.email, 'activated', u.activated_at is not null, 'closed', false,
      'confirmedBy', r.confirmed_by, 'confirmedOn', r.confirmed_on, 'grantedAt', r.granted_at,
      'endsAt', r.ends_at, 'role', g.name, 'wide', r.application_id is null)
    order by lower(u.name)), '[]')
  from role_assignments r join roles g on g.key = r.role join users u on u.id = r.user_id
  where ${liveRole('$2')}`;

const managers = `${assignments} and r.role = 'credential_manager' and r.application_id = a.id`;

/** Roles that IT made, of the application or of its whole organisation. */
const otherRoles = `${assignments} and ${covers('a')} and not g.built_in and g.active
  and (g.ends_at is null or g.ends_at > $2)`;

const others = `
  select coalesce(json_agg(json_build_object('id', u.id, 'name', u.name, 'email', u.email)
    order by lower(u.name)), '[]')
  from users u where u.organisation_id = a.organisation_id and u.closed_at is null
    and not exists (select 1 from role_assignments r where r.user_id = u.id
      and r.role = 'credential_manager' and r.application_id = a.id and ${liveRole('$2')})`;

const sql = `
  select a.id, a.name, a.client_id as "clientId", a.kind,
    i.name || ' (' || i.code || ')' as api,
    o.id as "organisationId", o.name as organisation, a.created_at as "createdAt",
    (select c.name from users c where c.id = a.created_by) as "createdBy",
    a.disabled_at as "disabledAt", a.deleted_at as "deletedAt",
    (select count(*)::int from secrets s where s.application_id = a.id and s.deleted_at is null
      and s.disabled_at is null and s.expires_at > $2) as "liveSecrets",
    (select count(*)::int from role_assignments r join users u on u.id = r.user_id
      where r.role = 'org_admin' and r.organisation_id = o.id and ${activeRole('$2')}) as "orgAdmins",
    (${resources}) as resources, (${managers}) as managers,
    (${otherRoles}) as "otherRoles", ${countManagers('$2')} as "activeManagers", (${others}) as others
  from applications a
  join organisations o on o.id = a.organisation_id
  join apis i on i.code = a.api_code
  where a.id = $1`;

export interface ApplicationNewRow {
  id: string;
  name: string;
  country: string;
  slug: string;
  apis: { code: string; name: string }[];
  /** Names of the organisation's applications that are not deleted. */
  taken: string[];
}

/** What the form for a new application needs to know of its organisation. */
export async function findForNewApplication(
  dataSource: DataSource,
  organisationId: string,
): Promise<ApplicationNewRow | undefined> {
  const rows = await dataSource.query<ApplicationNewRow[]>(
    `select o.id, o.name, o.country, o.slug,
       (select json_agg(json_build_object('code', i.code, 'name', i.name) order by i.code)
        from apis i where i.deleted_at is null) as apis,
       (select coalesce(json_agg(a.name), '[]') from applications a
        where a.organisation_id = o.id and a.deleted_at is null) as taken
     from organisations o where o.id = $1`,
    [organisationId],
  );
  return rows[0];
}
