import type { DataSource } from 'typeorm';
import type { DomainEnvironment } from '../domains/domain.entity.js';
import { maySee } from '../applications/permission.js';
import { NotFound } from '../platform/refusals.js';
import type { UtcDay } from '../platform/utc-day.js';

export interface UsageAsked {
  userId: string;
  now: Date;
  applicationId: string;
}

export interface DayOfCalls {
  day: UtcDay;
  live: number;
  test: number;
}

export interface CallsOfRoute {
  host: string;
  /** The domain was deleted meanwhile. */
  gone: boolean;
  environment: DomainEnvironment;
  route: string;
  count: number;
}

export interface FoundUsage {
  name: string;
  days: DayOfCalls[];
  routes: CallsOfRoute[];
}

/** Calls by header authentication since a day. @throws NotFound */
export async function findUsage(
  dataSource: DataSource,
  { userId, now, applicationId }: UsageAsked,
  since: UtcDay,
): Promise<FoundUsage> {
  const [row] = await dataSource.query<FoundUsage[]>(
    `select a.name,
       (select coalesce(json_agg(d order by d.day), '[]') from (
         select u.day::text as day,
           coalesce(sum(u.count) filter (where u.environment = 'live'), 0)::float8 as live,
           coalesce(sum(u.count) filter (where u.environment = 'test'), 0)::float8 as test
         from usage_counts u where u.application_id = a.id and u.day >= $4 group by u.day) d) as days,
       (select coalesce(json_agg(r order by r.count desc, r.host, r.environment, r.route), '[]') from (
         select d.host, d.deleted_at is not null as gone, u.environment, u.route,
           sum(u.count)::float8 as count
         from usage_counts u join domains d on d.id = u.domain_id
         where u.application_id = a.id and u.day >= $4
         group by d.host, d.deleted_at is not null, u.environment, u.route) r) as routes
     from applications a
     where a.id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}`,
    [userId, now, applicationId, since],
  );
  if (!row) throw new NotFound('no such application for this user');
  return row;
}

/** Whether an application has, or had, domains: then it has usage. */
export async function hasUsage(dataSource: DataSource, applicationId: string): Promise<boolean> {
  const [row] = await dataSource.query<[{ any: boolean }]>(
    'select exists (select 1 from domains where application_id = $1) as any',
    [applicationId],
  );
  return row.any;
}
