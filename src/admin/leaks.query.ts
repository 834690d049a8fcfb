import type { DataSource } from 'typeorm';
import { leakDates, type LeakFacts, leakJson } from '../leaks/leak-words.js';

export interface LeakedSecret {
  id: string;
  name: string;
  hint: string;
  applicationId: string | null;
  resourceId: string | null;
  /** The application, or the resource with its environment. */
  owner: string;
  expiresAt: Date;
  disabledAt: Date | null;
  deletedAt: null;
  leak: LeakFacts;
  /** Of all. */
  count: number;
}

/** Reported secrets that are not deleted yet, the latest report first. */
export async function findLeaks(dataSource: DataSource): Promise<LeakedSecret[]> {
  const rows = await dataSource.query<LeakedSecret[]>(
    `select s.id, s.name, s.hint, s.application_id as "applicationId", s.resource_id as "resourceId",
       coalesce(a.name, r.name || ' (' || r.environment || ')') as owner,
       s.expires_at as "expiresAt", s.disabled_at as "disabledAt", s.deleted_at as "deletedAt",
       ${leakJson('s')} as leak, (count(*) over ())::int as count
     from leaks x join secrets s on s.id = x.secret_id
     left join applications a on a.id = s.application_id
     left join resources r on r.id = s.resource_id
     where s.deleted_at is null and a.deleted_at is null and r.deleted_at is null
     order by x.reported_at desc, s.id limit 20`,
  );
  return rows.map((row) => ({ ...row, leak: leakDates(row.leak)! }));
}
