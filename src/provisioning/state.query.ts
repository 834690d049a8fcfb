import type { ApplicationKind } from '../applications/application-name.js';
import type { Role } from '../applications/role-assignment.entity.js';
import type { Tx } from '../platform/database/tx.js';
import type { Names } from './names.js';

/** What the database has of what the file speaks of, in a handful of queries. */
export interface State {
  apis: Set<string>;
  resources: Map<string, ResourceState>;
  organisations: Map<string, OrganisationState>;
  /** Whose ION it is. */
  ions: Map<string, string>;
  /** By name in small letters. */
  applications: Map<string, ApplicationState>;
  /** By address. */
  users: Map<string, UserState>;
  roles: RoleState[];
}

export interface ResourceState {
  id: string;
  scope: string;
  name: string;
  environment: string;
  apiCode: string;
  openToAlternative: boolean;
  /** Of every API: Keyturn's own. */
  anyApi: boolean;
  /** Granted with scopes of its own, which a file does not describe. */
  hasScopes: boolean;
}

export interface OrganisationState {
  id: string;
  key: string;
  country: string;
  slug: string;
  name: string;
  ion: string | null;
}

export interface ApplicationState {
  id: string;
  name: string;
  organisationId: string;
  kind: ApplicationKind;
  apiCode: string;
  disabled: boolean;
  /** Scopes of the granted resources. */
  granted: string[];
}

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
  role: Role;
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
  const forUpdate = (alias: string) =>
    lock ? `order by ${alias}.id for no key update of ${alias}` : '';
  const organisations = await tx.query<OrganisationState[]>(
    `select o.id, o.country || '/' || lower(o.slug) as key, o.country, o.slug, o.name, o.ion
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
       array(select r.scope from grants g join resources r on r.id = g.resource_id
         where g.application_id = a.id and r.scopes = '{}' order by r.scope) as granted
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
  return {
    ...(await loadCatalogue(tx)),
    organisations: byKey,
    ions: new Map(organisations.flatMap(({ ion, key }) => (ion ? [[ion, key]] : []))),
    applications: new Map(applications.map((each) => [each.name.toLowerCase(), each])),
    users: new Map(users.map((each) => [each.email, each])),
    roles,
  };
}

async function loadCatalogue(tx: Tx): Promise<Pick<State, 'apis' | 'resources'>> {
  const apis = await tx.query<{ code: string }[]>('select code from apis');
  const resources = await tx.query<ResourceState[]>(
    `select id, scope, name, environment, api_code as "apiCode",
       open_to_alternative as "openToAlternative", any_api as "anyApi",
       scopes <> '{}' as "hasScopes" from resources`,
  );
  return {
    apis: new Set(apis.map(({ code }) => code)),
    resources: new Map(resources.map((each) => [each.scope, each])),
  };
}
