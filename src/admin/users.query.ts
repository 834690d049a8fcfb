import type { DataSource } from 'typeorm';
import { type Cursor, pageSize, seek } from './keyset.js';
import { liveRole } from './live-role.js';
import { containing } from './search-text.js';

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
  /** What the list is sorted by. */
  sort: string;
}

/** People by name; `q` also finds them by their organisation. */
export function findUsers(
  dataSource: DataSource,
  q: string,
  cursor: Cursor | undefined,
  now: Date,
): Promise<UserRow[]> {
  const { where, orderBy, values } = seek(cursor, ['lower(u.name)', 'u.id::text'], 4);
  const role = (what: string, name: string) => `
    (select ${what} from role_assignments r
     where r.user_id = u.id and r.role = '${name}' and ${liveRole('$3')})`;
  return dataSource.query<UserRow[]>(
    `select u.id, u.name, u.email, lower(u.name) as sort,
       u.activated_at is not null as activated, u.closed_at is not null as closed,
       u.last_sign_in_at as "lastSignInAt", o.id as "organisationId", o.name as organisation,
       ${role('count(*) > 0', 'it')} as it,
       ${role('count(*) > 0', 'org_admin')} as "orgAdmin",
       ${role('count(*)::int', 'credential_manager')} as manages
     from users u left join organisations o on o.id = u.organisation_id
     where ($1 = '' or u.name ilike $2 or u.email ilike $2 or o.name ilike $2) and ${where}
     order by ${orderBy} limit ${pageSize + 1}`,
    [q, containing(q), now, ...values],
  );
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
