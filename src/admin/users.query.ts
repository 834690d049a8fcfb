import type { DataSource } from 'typeorm';
import { type Cursor, pageSize } from './keyset.js';
import { type Order, orderSeek } from './list-order.js';
import { liveRole, otherRoles } from './live-role.js';
import { containing } from '../platform/database/containing.js';

export interface UserRow {
  id: string;
  name: string;
  email: string;
  activated: boolean;
  closed: boolean;
  lastSignInAt: Date | null;
  organisationId: string | null;
  organisation: string | null;
  it: boolean;
  orgAdmin: boolean;
  manages: number;
  /** Names of roles that IT made. */
  otherRoles: string[];
  createdAt: Date;
  /** What the list is sorted by. */
  sort: string;
}

export const userRoles = ['it', 'org_admin', 'credential_manager', 'none'] as const;
export const userStates = ['active', 'invited', 'closed'] as const;

export interface UsersFilter {
  q: string;
  /** The key of a role that there is, `none` for people without any, or empty. */
  role: string;
  state: (typeof userStates)[number] | '';
  order: Order;
}

const states: Record<(typeof userStates)[number], string> = {
  active: 'u.closed_at is null and u.activated_at is not null',
  invited: 'u.closed_at is null and u.activated_at is null',
  closed: 'u.closed_at is not null',
};

const holds = (which: string) => `select from role_assignments r
  where r.user_id = u.id and ${which} ${liveRole('$3')}`;

/** People in this order; `q` also finds them by their organisation. A closed account has no role. */
export function findUsers(
  dataSource: DataSource,
  { q, role, state, order }: UsersFilter,
  cursor: Cursor | undefined,
  now: Date,
): Promise<UserRow[]> {
  const { where, orderBy, values } = orderSeek(order, cursor, 'u', 4);
  const roleOf = (what: string, name: string) => `
    (select ${what} from role_assignments r
     where r.user_id = u.id and r.role = '${name}' and ${liveRole('$3')})`;
  const conditions = [
    where,
    state && states[state],
    role === 'none' && `not exists (${holds('')})`,
    role && role !== 'none' && `exists (${holds(`r.role = '${role}' and`)})`,
  ].filter(Boolean);
  return dataSource.query<UserRow[]>(
    `select u.id, u.name, u.email, lower(u.name) as sort, u.created_at as "createdAt",
       u.activated_at is not null as activated, u.closed_at is not null as closed,
       u.last_sign_in_at as "lastSignInAt", o.id as "organisationId", o.name as organisation,
       ${roleOf('count(*) > 0', 'it')} as it,
       ${roleOf('count(*) > 0', 'org_admin')} as "orgAdmin",
       ${roleOf('count(*)::int', 'credential_manager')} as manages,
       ${otherRoles('$3')} as "otherRoles"
     from users u left join organisations o on o.id = u.organisation_id
     where ($1 = '' or u.name ilike $2 or u.email ilike $2 or o.name ilike $2)
       and ${conditions.join(' and ')}
     order by ${orderBy} limit ${pageSize + 1}`,
    [q, containing(q), now, ...values],
  );
}

/** Roles that IT made, by name. */
export function findRoleNames(dataSource: DataSource): Promise<{ key: string; name: string }[]> {
  return dataSource.query(`select key, name from roles where not built_in order by lower(name)`);
}

export interface OrganisationOption {
  id: string;
  name: string;
  country: string;
}

/** For the form of a new user. */
export function findOrganisationOptions(dataSource: DataSource): Promise<OrganisationOption[]> {
  return dataSource.query<OrganisationOption[]>(
    `select id, name, country from organisations order by lower(name)`,
  );
}
