import type { DataSource } from 'typeorm';
import type { AskedRole, RequestState } from '../applications/role-request.entity.js';
import type { UtcDay } from '../platform/utc-day.js';
import { type Cursor, pageSize, seek } from './keyset.js';
import { opens } from '../users/permissions.js';
import { liveRole } from './live-role.js';

export interface QueueRow {
  id: string;
  role: AskedRole;
  applicationId: string | null;
  application: string | null;
  applicationDeleted: boolean;
  organisationId: string;
  organisation: string;
  name: string;
  email: string;
  /** The account that the address belongs to by now. */
  userId: string | null;
  /** The address belongs to an account of another organisation, or of IT. */
  elsewhere: boolean;
  lastDay: UtcDay | null;
  requestedById: string;
  requestedBy: string;
  requestedAt: Date;
  /** Whoever asked is an org admin still. */
  stillAdmin: boolean;
  state: RequestState;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
}

/** Open requests, the longest waiting first; or those that are decided, the latest first. */
export function findRequests(
  dataSource: DataSource,
  { open, id }: { open: boolean; id?: string },
  cursor: Cursor | undefined,
  now: Date,
): Promise<QueueRow[]> {
  const at = open ? 'r.requested_at' : 'r.decided_at';
  const { where, orderBy, values } = seek(cursor, [at, 'r.id'], 3, !open);
  return dataSource.query<QueueRow[]>(
    `select r.id, r.role, a.id as "applicationId", a.name as application,
       a.deleted_at is not null as "applicationDeleted",
       o.id as "organisationId", o.name as organisation, r.name, r.email, p.id as "userId",
       exists (select from users e where e.email = r.email
         and e.organisation_id is distinct from r.organisation_id) as elsewhere,
       r.last_day::text as "lastDay", b.id as "requestedById", b.name as "requestedBy",
       r.requested_at as "requestedAt", r.state, d.name as "decidedBy",
       r.decided_at as "decidedAt", r.reason,
       exists (select 1 from role_assignments r, users u where r.user_id = b.id and u.id = b.id
         and ${opens('role_requests.file', '$1')} and ${liveRole('$1')}) as "stillAdmin"
     from role_requests r
     join organisations o on o.id = r.organisation_id
     join users b on b.id = r.requested_by
     left join applications a on a.id = r.application_id
     left join users d on d.id = r.decided_by
     left join users p on p.email = r.email and p.organisation_id = r.organisation_id
     where r.state ${open ? '=' : '<>'} 'open' and ($2::uuid is null or r.id = $2) and ${where}
     order by ${orderBy} limit ${pageSize + 1}`,
    [now, id ?? null, ...values],
  );
}

export async function countOpenRequests(dataSource: DataSource): Promise<number> {
  const [row] = await dataSource.query<[{ count: number }]>(
    `select count(*)::int as count from role_requests where state = 'open'`,
  );
  return row.count;
}
