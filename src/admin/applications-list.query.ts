import type { DataSource } from 'typeorm';
import { manages } from '../applications/permission.js';
import { type Cursor, pageSize } from './keyset.js';
import { type Order, orderSeek } from './list-order.js';
import { activeRole } from './live-role.js';
import { containing } from '../platform/database/containing.js';

/** What the list can be narrowed to. */
export const applicationFilters = ['disabled', 'no_manager', 'no_secret'] as const;
export type ApplicationFilter = (typeof applicationFilters)[number];

export interface ApplicationsFilter {
  /** Part of the name. */
  q: string;
  /** The beginning of the organisation's name or short name. */
  organisation: string;
  api: string;
  show: ApplicationFilter | '';
  order: Order;
}

export interface ApplicationListRow {
  id: string;
  name: string;
  organisationId: string;
  organisation: string;
  api: string;
  disabled: boolean;
  createdAt: Date;
  /** Active ones. */
  managers: number;
  secrets: number;
  nextEnd: Date | null;
  sort: string;
}

const live = `s.deleted_at is null and s.disabled_at is null and s.expires_at > $1`;
const manager = `from role_assignments r join users u on u.id = r.user_id
  where ${manages('a', '$1')} and ${activeRole('$1')}`;

/** Only what is asked for stands in the statement: each case has the index that fits it. */
const narrowed: Record<ApplicationFilter, string> = {
  disabled: 'a.disabled_at is not null',
  no_manager: `not exists (select ${manager})`,
  no_secret: `not exists (select from secrets s where s.application_id = a.id and ${live})`,
};

/** The applications that are not deleted, in this order. */
export function findApplicationList(
  dataSource: DataSource,
  { q, organisation, api, show, order }: ApplicationsFilter,
  cursor: Cursor | undefined,
  now: Date,
): Promise<ApplicationListRow[]> {
  const { where, orderBy, values } = orderSeek(order, cursor, 'a', 5);
  const begins = containing(organisation.toLowerCase()).slice(1);
  const conditions = [
    'a.deleted_at is null',
    where,
    q && 'a.name ilike $2',
    organisation &&
      `(lower(a.slug) like $3 or a.organisation_id in
        (select m.id from organisations m where lower(m.name) like $3))`,
    api && 'a.api_code = $4',
    show && narrowed[show],
  ].filter(Boolean);
  return dataSource.query<ApplicationListRow[]>(
    `select a.id, a.name, lower(a.name) as sort, a.api_code as api, a.created_at as "createdAt",
       a.disabled_at is not null as disabled, o.id as "organisationId", o.name as organisation,
       (select count(*)::int ${manager}) as managers,
       (select count(*)::int from secrets s where s.application_id = a.id and ${live}) as secrets,
       (select min(s.expires_at) from secrets s where s.application_id = a.id and ${live}) as "nextEnd"
     from (select a.* from applications a where ${conditions.join(' and ')}
       order by ${orderBy} limit ${pageSize + 1}) a
     join organisations o on o.id = a.organisation_id
     where ($2::text, $3::text, $4::text) is not null
     order by ${orderBy}`,
    [now, containing(q), begins, api, ...values],
  );
}

export function findApis(dataSource: DataSource): Promise<{ code: string; name: string }[]> {
  return dataSource.query('select code, name from apis where deleted_at is null order by code');
}
