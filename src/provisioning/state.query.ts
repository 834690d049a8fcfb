import type { ApplicationKind } from '../applications/application-name.js';
import type { TokenFormat } from '../applications/application.entity.js';
import type { Level, Permission } from '../users/permissions.js';
import type { DomainValues } from '../domains/domain-values.js';
import type { UrlKind } from '../domains/domain.entity.js';
import type { Tx } from '../platform/database/tx.js';
import type { Names } from './names.js';

/** What the database has of what the file speaks of, in a handful of queries. */
export interface State {
  /** By code. */
  apis: Map<string, ApiState>;
  /** By the scope that a token request asks for. */
  resources: Map<string, ResourceState>;
  /** Made by IT, by key. */
  customRoles: Map<string, CustomRoleState>;
  organisations: Map<string, OrganisationState>;
  /** Whose ION it is. */
  ions: Map<string, string>;
  /** By name in small letters. */
  applications: Map<string, ApplicationState>;
  /** By `domainKey`; only where the file may be about them. */
  domains: Map<string, DomainState>;
  /** By address. */
  users: Map<string, UserState>;
  roles: RoleState[];
}

export interface ApiState {
  code: string;
  name: string;
  /** Keyturn's own: it stays. */
  own: boolean;
  /** Not deleted; counted where everything is loaded. */
  applications: number;
}

export interface ResourceState {
  id: string;
  scope: string;
  name: string;
  environment: string;
  apiCode: string;
  audience: string;
  minutes: number;
  format: TokenFormat;
  openToAlternative: boolean;
  /** Keyturn itself, for applications of every API. */
  own: boolean;
  /** What a grant can allow, if it has any. */
  scopes: string[];
  /** Those of them for operator organisations. */
  operatorScopes: string[];
  /** How many applications have it; counted where everything is loaded. */
  granted: number;
  /** Of its resource server, not deleted; the same. */
  secrets: number;
}

export interface CustomRoleState {
  key: string;
  name: string;
  level: Level;
  description: string;
  group: string;
  permissions: Permission[];
  endsAt: Date | null;
  active: boolean;
  /** It has ended. */
  over: boolean;
  /** Somebody in an operator organisation has it. */
  ofOperator: boolean;
}

export interface OrganisationState {
  id: string;
  key: string;
  country: string;
  slug: string;
  name: string;
  ion: string | null;
  operator: boolean;
}

export interface ApplicationState {
  id: string;
  name: string;
  organisationId: string;
  kind: ApplicationKind;
  apiCode: string;
  disabled: boolean;
  /** The granted resources by scope, as a file names them. */
  granted: string[];
}

export interface DomainState extends DomainValues {
  id: string;
  host: string;
  applicationId: string;
  application: string;
  /** All kinds: an address must fit the environment of its domain. */
  urls: { id: string; kind: UrlKind; url: string; active: boolean }[];
}

/** A domain is found by its application and its host. */
export const domainKey = (application: string, host: string) =>
  `${application.toLowerCase()} ${host}`;

export interface UserState {
  id: string;
  email: string;
  name: string;
  organisationId: string | null;
  closed: boolean;
}

export interface RoleState {
  id: string;
  userId: string;
  role: string;
  applicationId: string | null;
  application: string | null;
  confirmedBy: string | null;
  confirmedOn: string | null;
  endsAt: Date | null;
}

/**
 * @param everything also what the described organisations have and the file does not name
 * @param lock so that nobody changes it before the transaction ends
 */
export async function loadState(
  tx: Tx,
  names: Names,
  now: Date,
  { everything, lock }: { everything: boolean; lock: boolean },
): Promise<State> {
  // In one order always: what a plan removes goes into its fingerprint as it was read.
  const forUpdate = (alias: string) =>
    `order by ${alias}.id ${lock ? `for no key update of ${alias}` : ''}`;
  const organisations = await tx.query<OrganisationState[]>(
    `select o.id, o.country || '/' || lower(o.slug) as key, o.country, o.slug, o.name, o.ion, o.operator
     from organisations o
     where (o.country, lower(o.slug)) in
         (select split_part(k, '/', 1), split_part(k, '/', 2) from unnest($1::text[]) k)
       or o.ion = any ($2) ${forUpdate('o')}`,
    [names.organisations, names.ions],
  );
  const byKey = new Map(organisations.map((each) => [each.key, each]));
  const described = names.described.flatMap((key) => byKey.get(key)?.id ?? []);
  const applications = await tx.query<ApplicationState[]>(
    `select a.id, a.name, a.organisation_id as "organisationId", a.kind, a.api_code as "apiCode",
       a.disabled_at is not null as disabled,
       ${grantedSql} as granted
     from applications a
     where a.deleted_at is null and (a.organisation_id = any ($1) or lower(a.name) = any ($2))
     ${forUpdate('a')}`,
    [organisations.map(({ id }) => id), names.applications],
  );
  const users = await tx.query<UserState[]>(
    `select u.id, u.email, u.name, u.organisation_id as "organisationId",
       u.closed_at is not null as closed
     from users u where u.email = any ($1) or u.organisation_id = any ($2) and u.closed_at is null
     ${forUpdate('u')}`,
    [names.emails, everything ? described : []],
  );
  const roles = await tx.query<RoleState[]>(
    `select r.id, r.user_id as "userId", r.role, r.application_id as "applicationId",
       a.name as application, r.confirmed_by as "confirmedBy",
       r.confirmed_on::text as "confirmedOn", r.ends_at as "endsAt"
     from role_assignments r left join applications a on a.id = r.application_id
     where r.user_id = any ($1) and r.withdrawn_at is null
       and (r.ends_at is null or r.ends_at > $2) and a.deleted_at is null
     ${forUpdate('r')}`,
    [users.filter(({ closed }) => !closed).map(({ id }) => id), now],
  );
  const domains =
    everything || names.domains ? await loadDomains(tx, applications, forUpdate('d')) : [];
  return {
    ...(await loadCatalogue(tx, everything)),
    customRoles: await loadCustomRoles(tx, now),
    organisations: byKey,
    ions: new Map(organisations.flatMap(({ ion, key }) => (ion ? [[ion, key]] : []))),
    applications: new Map(applications.map((each) => [each.name.toLowerCase(), each])),
    domains: new Map(domains.map((each) => [domainKey(each.application, each.host), each])),
    users: new Map(users.map((each) => [each.email, each])),
    roles,
  };
}

async function loadCustomRoles(tx: Tx, now: Date): Promise<State['customRoles']> {
  const rows = await tx.query<CustomRoleState[]>(
    `select g.key, g.name, g.level, g.description, g.group_name as "group", g.permissions,
       g.ends_at as "endsAt", g.active, g.ends_at <= $1 is true as over,
       exists (select from role_assignments r join organisations o on o.id = r.organisation_id
         where r.role = g.key and r.withdrawn_at is null and o.operator) as "ofOperator"
     from roles g where not g.built_in order by g.key`,
    [now],
  );
  return new Map(rows.map((each) => [each.key, each]));
}

/**
 * What the application `a` is granted, as a file names it: `match-connect`, and of a resource with scopes
 * of its own one entry for each, `keyturn/secrets.read`.
 */
export const grantedSql = `
  array(select r.scope || coalesce('/' || s, '') from grants g
    join resources r on r.id = g.resource_id left join unnest(g.scopes) s on true
    where g.application_id = a.id order by r.scope collate "C", s collate "C")`;

/** @param order and lock of the rows */
function loadDomains(
  tx: Tx,
  applications: ApplicationState[],
  order: string,
): Promise<DomainState[]> {
  return tx.query<DomainState[]>(
    `select d.id, d.application_id as "applicationId", a.name as application, d.host, d.name,
       d.environment, d.allow_login as "allowLogin", d.allow_api as "allowApi", d.active,
       d.is_primary as "isPrimary", d.server_ips as "serverIps", d.fallback_uri as "fallbackUri",
       (select coalesce(json_agg(json_build_object('id', u.id, 'kind', u.kind, 'url', u.url,
           'active', u.active) order by u.url collate "C"), '[]')
         from domain_urls u where u.domain_id = d.id) as urls
     from domains d join applications a on a.id = d.application_id
     where d.application_id = any ($1) and d.deleted_at is null ${order}`,
    [applications.map(({ id }) => id)],
  );
}

async function loadCatalogue(
  tx: Tx,
  everything: boolean,
): Promise<Pick<State, 'apis' | 'resources'>> {
  const counted = (sql: string) => (everything ? `(select count(*)::int ${sql})` : '0');
  const apis = await tx.query<ApiState[]>(
    `select i.code, i.name,
       exists (select from resources r where r.api_code = i.code and r.any_api) as own,
       ${counted('from applications a where a.api_code = i.code and a.deleted_at is null')}
         as applications
     from apis i where i.deleted_at is null order by i.code`,
  );
  const resources = await tx.query<ResourceState[]>(
    `select r.id, r.scope, r.name, r.environment, r.api_code as "apiCode", r.audience,
       r.token_seconds / 60 as minutes, r.token_format as format,
       r.open_to_alternative as "openToAlternative", r.any_api as own, r.scopes,
       r.operator_scopes as "operatorScopes",
       ${counted(`from grants g join applications a on a.id = g.application_id
         where g.resource_id = r.id and a.deleted_at is null`)} as granted,
       ${counted('from secrets s where s.resource_id = r.id and s.deleted_at is null')} as secrets
     from resources r where r.deleted_at is null order by r.scope`,
  );
  return {
    apis: new Map(apis.map((each) => [each.code, each])),
    resources: new Map(resources.map((each) => [each.scope, each])),
  };
}
