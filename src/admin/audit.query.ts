import type { DataSource } from 'typeorm';
import { actionsLike } from './audit-words.js';
import { type Cursor, pageSize, seek } from './keyset.js';
import { containing } from './search-text.js';

export interface EventRow {
  id: string;
  at: Date;
  actorId: string | null;
  actor: string;
  action: string;
  subjectKind: string;
  subjectId: string | null;
  subject: string;
  applicationId: string | null;
  application: string | null;
  organisation: string | null;
  outcome: 'done' | 'refused';
  detail: Record<string, unknown>;
  address: string | null;
}

/** The audit, newest first; `q` finds actions (also by their words), subjects and actors. */
export function findEvents(
  dataSource: DataSource,
  q: string,
  cursor: Cursor | undefined,
): Promise<EventRow[]> {
  const { where, orderBy, values } = seek(cursor, ['e.id'], 4, true);
  return dataSource.query<EventRow[]>(
    `select e.id, e.at, e.actor_id as "actorId", e.actor_name as actor, e.action,
       e.subject_kind as "subjectKind", e.subject_id as "subjectId", e.subject_name as subject,
       e.application_id as "applicationId", a.name as application, o.name as organisation,
       e.outcome, e.detail, e.address
     from audit_events e
     left join applications a on a.id = e.application_id
     left join organisations o on o.id = e.organisation_id
     where ($1 = '' or e.action = any ($3) or e.action ilike $2 or e.subject_name ilike $2
         or e.actor_name ilike $2 or a.name ilike $2) and ${where}
     order by ${orderBy} limit ${pageSize + 1}`,
    [q, containing(q), actionsLike(q), ...values],
  );
}
