import type { DataSource } from 'typeorm';
import { mayAskFor } from '../applications/permission.js';
import type { AskedRole, RequestState } from '../applications/role-request.entity.js';
import type { UtcDay } from '../platform/utc-day.js';

export interface RoleRequestRow {
  id: string;
  role: AskedRole;
  application: string | null;
  organisation: string;
  name: string;
  email: string;
  lastDay: UtcDay | null;
  requestedBy: string;
  requestedAt: Date;
  state: RequestState;
  decidedBy: string | null;
  decidedAt: Date | null;
  reason: string | null;
}

/** How many are shown; those that are open come first. */
export const shownAtMost = 100;

/** What the viewer's organisation has asked for. */
export function findOwnRequests(
  dataSource: DataSource,
  viewerId: string,
  now: Date,
): Promise<RoleRequestRow[]> {
  return dataSource.query<RoleRequestRow[]>(
    `select q.id, q.role, a.name as application, o.name as organisation, q.name, q.email,
       q.last_day::text as "lastDay", b.name as "requestedBy", q.requested_at as "requestedAt",
       q.state, d.name as "decidedBy", q.decided_at as "decidedAt", q.reason
     from role_requests q
     join organisations o on o.id = q.organisation_id
     join users b on b.id = q.requested_by
     left join applications a on a.id = q.application_id
     left join users d on d.id = q.decided_by
     where ${mayAskFor('q.organisation_id', '$1', '$2')}
     order by q.state <> 'open', coalesce(q.decided_at, q.requested_at) desc, q.id
     limit ${shownAtMost}`,
    [viewerId, now],
  );
}

export interface RequestChoices {
  organisation: string;
  people: { id: string; name: string; email: string }[];
  applications: { id: string; name: string }[];
}

/** Whom and what an org admin can choose; nothing for anybody else. */
export async function findRequestChoices(
  dataSource: DataSource,
  viewerId: string,
  now: Date,
): Promise<RequestChoices | undefined> {
  const [row] = await dataSource.query<[RequestChoices?]>(
    `select o.name as organisation,
       (select coalesce(json_agg(json_build_object('id', u.id, 'name', u.name, 'email', u.email)
          order by lower(u.name)), '[]')
        from users u where u.organisation_id = o.id and u.closed_at is null) as people,
       (select coalesce(json_agg(json_build_object('id', a.id, 'name', a.name) order by a.name), '[]')
        from applications a where a.organisation_id = o.id and a.deleted_at is null) as applications
     from organisations o where ${mayAskFor('o.id', '$1', '$2')}`,
    [viewerId, now],
  );
  return row;
}
