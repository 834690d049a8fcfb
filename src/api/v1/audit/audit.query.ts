import type { EntityManager } from 'typeorm';
import type { Caller } from '../../../oauth/bearer.service.js';
import type { PageWish } from '../kernel/list.js';

export interface EventRow {
  id: string;
  at: Date;
  actor: string;
  actorId: string | null;
  action: string;
  subjectKind: string;
  subjectId: string | null;
  subject: string;
  applicationId: string | null;
  organisationId: string | null;
  outcome: string;
  detail: Record<string, unknown>;
  address: string | null;
}

export interface EventFilter {
  applicationId?: string;
  organisationId?: string;
  action?: string;
  from?: Date;
  until?: Date;
}

/** The newest first. A member sees what happened to the own application. */
export function findEvents(
  db: EntityManager,
  caller: Caller,
  { applicationId, organisationId, action, from, until }: EventFilter,
  { after, fetch }: PageWish,
): Promise<EventRow[]> {
  const own = caller.operator ? null : caller.machine.applicationId;
  return db.query<EventRow[]>(
    `select e.id, e.at, e.actor_name as actor, e.actor_id as "actorId", e.action,
       e.subject_kind as "subjectKind", e.subject_id as "subjectId", e.subject_name as subject,
       e.application_id as "applicationId", e.organisation_id as "organisationId", e.outcome,
       e.detail, case when $1::uuid is null then e.address end as address
     from audit_events e
     where ($1::uuid is null or e.application_id = $1)
       and ($2::uuid is null or e.application_id = $2)
       and ($3::uuid is null or e.organisation_id = $3)
       and ($4::text is null or e.action = $4)
       and ($5::timestamptz is null or e.at >= $5) and ($6::timestamptz is null or e.at < $6)
       and ($7::bigint is null or e.id < $7)
     order by e.id desc limit $8`,
    [own, applicationId, organisationId, action, from, until, after, fetch],
  );
}
