import type { DataSource } from 'typeorm';
import { containing } from '../platform/database/containing.js';
import type { InstantRange } from '../platform/day-range.js';

/** Which events: every part that is given must fit. */
export interface EventFilter extends InstantRange {
  /** Part of the name of who did it. */
  who: string;
  /** Codes of actions; none means all. */
  actions: string[];
  /** Part of the name of what it was done to, or of its application; or an ID. */
  subject: string;
}

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
  organisationId: string | null;
  organisation: string | null;
  outcome: 'done' | 'refused';
  detail: Record<string, unknown>;
  address: string | null;
}

/** Where a page of the list begins: SQL over `e.id` with its values, numbered from `eventValues` on. */
export interface Place {
  where: string;
  orderBy: string;
  values: string[];
  limit: number;
}

/** How many values the filter takes. */
export const eventValues = 6;

/** Events that fit, with the names of application and organisation as they are now. */
export function findEvents(
  dataSource: DataSource,
  { who, actions, subject, from, until }: EventFilter,
  { where, orderBy, values, limit }: Place,
): Promise<EventRow[]> {
  // Only what is asked for stands in the statement, so that the planner can take the index for it.
  const asked = [
    who && `e.actor_name ilike $1`,
    actions.length > 0 && `e.action = any ($2)`,
    subject && subjectSql,
    from && `e.at >= $5`,
    until && `e.at < $6`,
    where,
  ];
  const id = uuid.test(subject) ? subject.toLowerCase() : null;
  return dataSource.query<EventRow[]>(
    `with asked as (select $1::text, $2::text[], $3::text, $4::uuid, $5::timestamptz, $6::timestamptz)
     select e.id, e.at, e.actor_id as "actorId", e.actor_name as actor, e.action,
       e.subject_kind as "subjectKind", e.subject_id as "subjectId", e.subject_name as subject,
       e.application_id as "applicationId", a.name as application,
       e.organisation_id as "organisationId", o.name as organisation, e.outcome, e.detail, e.address
     from audit_events e
     left join applications a on a.id = e.application_id
     left join organisations o on o.id = e.organisation_id
     where ${asked.filter(Boolean).join(' and ')}
     order by ${orderBy} limit ${limit}`,
    [containing(who), actions, containing(subject), id, from ?? null, until ?? null, ...values],
  );
}

const subjectSql = `(e.subject_name ilike $3 or a.name ilike $3
  or $4::uuid in (e.subject_id, e.application_id, e.organisation_id, a.client_id))`;

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
