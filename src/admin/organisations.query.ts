import type { DataSource } from 'typeorm';
import { type Cursor, pageSize, seek } from './keyset.js';
import { containing } from './search-text.js';
import { activeRole, liveManagers, liveRole } from './live-role.js';

export interface OrganisationRow {
  id: string;
  country: string;
  name: string;
  slug: string;
  ion: string | null;
  applications: number;
  users: number;
  /** What the list is sorted by. */
  sort: string;
}

/** Organisations by name; `q` also finds them by an application's name or client ID. */
export function findOrganisations(
  dataSource: DataSource,
  q: string,
  cursor: Cursor | undefined,
): Promise<OrganisationRow[]> {
  const { where, orderBy, values } = seek(cursor, ['lower(o.name)', 'o.id::text'], 3);
  return dataSource.query<OrganisationRow[]>(
    `select o.id, o.country, o.name, o.slug, o.ion, lower(o.name) as sort,
       (select count(*)::int from applications a
        where a.organisation_id = o.id and a.deleted_at is null) as applications,
       (select count(*)::int from users u
        where u.organisation_id = o.id and u.closed_at is null) as users
     from organisations o
     where ($1 = '' or o.name ilike $2 or o.slug ilike $2 or o.ion = $1 or o.country = upper($1)
         or exists (select 1 from applications a where a.organisation_id = o.id
           and (a.name ilike $2 or a.client_id::text = lower($1))))
       and ${where}
     order by ${orderBy} limit ${pageSize + 1}`,
    [q, containing(q), ...values],
  );
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
        'managers', (select count(*) ${liveManagers('a.id', '$2')} and u.activated_at is not null),
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
          where r.user_id = u.id and r.role = 'credential_manager' and ${liveRole('$2')})
      ) order by u.closed_at is not null, lower(u.name)), '[]')
      from users u where u.organisation_id = o.id) as users
  from organisations o where o.id = $1`;
