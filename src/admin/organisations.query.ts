import type { DataSource } from 'typeorm';
import { type Cursor, pageSize } from './keyset.js';
import { type Order, orderSeek } from './list-order.js';
import { containing } from '../platform/database/containing.js';
import { activeRole, countManagers, otherRoles, liveRole } from './live-role.js';

export interface OrganisationRow {
  id: string;
  country: string;
  name: string;
  slug: string;
  ion: string | null;
  applications: number;
  users: number;
  createdAt: Date;
  /** What the list is sorted by. */
  sort: string;
}

export interface OrganisationsFilter {
  q: string;
  /** ISO 3166-1 alpha-2, or empty. */
  country: string;
  order: Order;
}

/** Organisations in this order; `q` also finds them by an application's name or client ID. */
export function findOrganisations(
  dataSource: DataSource,
  { q, country, order }: OrganisationsFilter,
  cursor: Cursor | undefined,
): Promise<OrganisationRow[]> {
  const { where, orderBy, values } = orderSeek(order, cursor, 'o', 4);
  return dataSource.query<OrganisationRow[]>(
    `select o.id, o.country, o.name, o.slug, o.ion, lower(o.name) as sort,
       o.created_at as "createdAt",
       (select count(*)::int from applications a
        where a.organisation_id = o.id and a.deleted_at is null) as applications,
       (select count(*)::int from users u
        where u.organisation_id = o.id and u.closed_at is null) as users
     from organisations o
     where ($1 = '' or o.name ilike $2 or o.slug ilike $2 or o.ion = $1 or o.country = upper($1)
         or exists (select 1 from applications a where a.organisation_id = o.id
           and (a.name ilike $2 or a.client_id::text = lower($1))))
       and ${country ? 'o.country = $3' : '$3::text is not null'} and ${where}
     order by ${orderBy} limit ${pageSize + 1}`,
    [q, containing(q), country, ...values],
  );
}

/** Countries in which there is an organisation. */
export async function findCountries(dataSource: DataSource): Promise<string[]> {
  const rows = await dataSource.query<{ country: string }[]>(
    `with recursive c as (
       (select country from organisations order by country limit 1)
       union all
       select (select o.country from organisations o where o.country > c.country
         order by o.country limit 1) from c where c.country is not null)
     select country from c where country is not null`,
  );
  return rows.map(({ country }) => country);
}

export interface OrganisationFacts {
  id: string;
  country: string;
  name: string;
  slug: string;
  ion: string | null;
  createdAt: Date;
  applications: {
    id: string;
    name: string;
    disabled: boolean;
    deleted: boolean;
    secrets: number;
    nextEnd: string | null;
    /** Active ones alone. */
    managers: number;
    orgAdmins: number;
  }[];
  users: {
    id: string;
    name: string;
    email: string;
    activated: boolean;
    closed: boolean;
    lastSignInAt: string | null;
    orgAdmin: boolean;
    manages: number;
    otherRoles: string[];
  }[];
}

/** An organisation with its applications, also deleted ones, and its people. */
export async function findOrganisation(
  dataSource: DataSource,
  id: string,
  now: Date,
): Promise<OrganisationFacts | undefined> {
  const rows = await dataSource.query<OrganisationFacts[]>(organisationSql, [id, now]);
  return rows[0];
}

const liveSecret = `s.deleted_at is null and s.disabled_at is null and s.expires_at > $2`;

const organisationSql = `
  select o.id, o.country, o.name, o.slug, o.ion, o.created_at as "createdAt",
    (select coalesce(json_agg(json_build_object('id', a.id, 'name', a.name,
        'disabled', a.disabled_at is not null, 'deleted', a.deleted_at is not null,
        'secrets', (select count(*) from secrets s where s.application_id = a.id and ${liveSecret}),
        'nextEnd', (select min(s.expires_at) from secrets s
          where s.application_id = a.id and ${liveSecret}),
        'managers', ${countManagers('$2')},
        'orgAdmins', (select count(*) from role_assignments r join users u on u.id = r.user_id
          where r.role = 'org_admin' and r.organisation_id = o.id and ${activeRole('$2')})
      ) order by a.deleted_at is not null, a.name), '[]')
      from applications a where a.organisation_id = o.id) as applications,
    (select coalesce(json_agg(json_build_object('id', u.id, 'name', u.name, 'email', u.email,
        'activated', u.activated_at is not null, 'closed', u.closed_at is not null,
        'lastSignInAt', u.last_sign_in_at,
        'orgAdmin', exists (select 1 from role_assignments r
          where r.user_id = u.id and r.role = 'org_admin' and ${liveRole('$2')}),
        'manages', (select count(*) from role_assignments r
          where r.user_id = u.id and r.role = 'credential_manager' and ${liveRole('$2')}),
        'otherRoles', ${otherRoles('$2')}
      ) order by u.closed_at is not null, lower(u.name)), '[]')
      from users u where u.organisation_id = o.id) as users
  from organisations o where o.id = $1`;
