import type { DataSource } from 'typeorm';
import { liveRole, otherRoles } from './live-role.js';
import type { SupportSearch } from './support-search.js';

/** How many of each kind are shown; whoever sees more types more of the name. */
export const foundAtMost = 20;

export interface FoundApplication {
  id: string;
  name: string;
  clientId: string;
  organisation: string;
  disabled: boolean;
  deleted: boolean;
}

export interface FoundSecret {
  name: string;
  hint: string;
  applicationId: string | null;
  application: string | null;
  resourceId: string | null;
  resource: string | null;
  expiresAt: string;
  disabledAt: string | null;
  deletedAt: string | null;
}

export interface FoundPerson {
  id: string;
  name: string;
  email: string;
  organisation: string | null;
  activated: boolean;
  closed: boolean;
  it: boolean;
  orgAdmin: boolean;
  manages: number;
  otherRoles: string[];
}

export interface Found {
  applications: FoundApplication[];
  secrets: FoundSecret[];
  people: FoundPerson[];
  /** The resource whose server has this client ID. */
  resources: { id: string; name: string }[];
}

/**
 * Everything that begins with what was typed, one more of each kind than is shown. Each part reads an
 * index in its order and stops: the cost does not grow with the number of applications.
 */
export async function findForSupport(
  dataSource: DataSource,
  { prefix, from, to, hint }: SupportSearch,
  now: Date,
): Promise<Found> {
  const [row] = await dataSource.query<[Found]>(supportSql, [prefix, from, to, hint, now]);
  return row;
}

const limit = `limit ${foundAtMost + 1}`;
/** In the order of the indexes for beginnings, so that they are read no further than is needed. */
const begins = (expression: string) =>
  `${expression} like $1 order by ${expression} using ~<~ ${limit}`;

const applications = `
  select a.id, a.name, a.client_id as "clientId", o.name as organisation,
    a.disabled_at is not null as disabled, a.deleted_at is not null as deleted
  from (
    (select id from applications where client_id between $2 and $3 ${limit})
    union (select id from applications where ${begins('lower(name)')})
    union (select id from applications where ${begins('lower(slug)')})
    union (select x.id from (select id from organisations where ${begins('lower(name)')}) m
      join applications x on x.organisation_id = m.id ${limit})) f
  join applications a on a.id = f.id join organisations o on o.id = a.organisation_id
  order by a.deleted_at is not null, a.name ${limit}`;

const secrets = `
  select s.name, s.hint, a.id as "applicationId", a.name as application,
    r.id as "resourceId", r.name as resource, s.expires_at as "expiresAt",
    s.disabled_at as "disabledAt", s.deleted_at as "deletedAt"
  from (
    (select id from secrets where hint = $4 ${limit})
    union (select id from secrets where ${begins('lower(name)')})) f
  join secrets s on s.id = f.id
  left join applications a on a.id = s.application_id
  left join resources r on r.id = s.resource_id
  order by s.deleted_at is not null, lower(s.name), s.expires_at desc ${limit}`;

const role = (what: string, name: string) => `
  (select ${what} from role_assignments r
   where r.user_id = u.id and r.role = '${name}' and ${liveRole('$5')})`;

const people = `
  select u.id, u.name, u.email, o.name as organisation, u.activated_at is not null as activated,
    u.closed_at is not null as closed, ${role('count(*) > 0', 'it')} as it,
    ${role('count(*) > 0', 'org_admin')} as "orgAdmin",
    ${role('count(*)::int', 'credential_manager')} as manages,
    ${otherRoles('$5')} as "otherRoles"
  from (
    (select id from users where ${begins('email')})
    union (select id from users where ${begins('lower(name)')})) f
  join users u on u.id = f.id left join organisations o on o.id = u.organisation_id
  order by u.closed_at is not null, lower(u.name) ${limit}`;

const rowsOf = (query: string) => `(select coalesce(json_agg(f), '[]') from (${query}) f)`;

export const supportSql = `
  select ${rowsOf(applications)} as applications, ${rowsOf(secrets)} as secrets,
    ${rowsOf(people)} as people,
    ${rowsOf('select id, name from resources where deleted_at is null and id between $2 and $3 limit 1')} as resources`;
