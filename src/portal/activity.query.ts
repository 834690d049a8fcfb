import type { DataSource } from 'typeorm';
import { mayAudit, maySee } from '../applications/permission.js';
import type { Action } from '../audit/action-words.js';
import type { Viewer } from '../authentication/viewer.js';
import { containing } from '../platform/database/containing.js';
import type { InstantRange } from '../platform/day-range.js';
import { NotFound } from '../platform/refusals.js';
import type { RefusalReason } from '../secrets/secret-use.entity.js';

/** What is asked for: every part that is given must fit. */
export interface ActivityFilter extends InstantRange {
  /** Codes of actions. */
  actions: readonly Action[];
  /** Part of the name of who did it, or to whom it was done. */
  person: string;
  /** Only what is older than this row. */
  older?: string;
}

export interface Done {
  id: string;
  at: Date;
  who: string;
  /** A program did it. */
  program: boolean;
  action: Action;
  subject: string;
  secretId: string | null;
  outcome: 'done' | 'refused';
  hint: string | null;
  expiresAt: string | null;
  resource: string | null;
  role: string | null;
  roleName: string | null;
}

export interface RefusedCallRecord {
  id: string;
  at: Date;
  reason: RefusalReason;
  secret: string | null;
  secretId: string | null;
  address: string;
}

interface Asked {
  viewer: Viewer;
  now: Date;
  applicationId: string;
}

/** @throws NotFound */
export async function nameOfSeen(
  dataSource: DataSource,
  { viewer, now, applicationId }: Asked,
): Promise<string> {
  const [row] = await dataSource.query<{ name: string }[]>(
    `select a.name from applications a
     where a.id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}
       and ${mayAudit('a', '$1', '$2')}`,
    [viewer.id, now, applicationId],
  );
  if (!row) throw new NotFound('no such application for this user');
  return row.name;
}

/** What was done to an application and what belongs to it, the newest first. */
export function findDone(
  dataSource: DataSource,
  asked: Asked,
  filter: ActivityFilter,
  limit: number,
): Promise<Done[]> {
  return dataSource.query<Done[]>(
    `select e.id, e.at, e.actor_name as who, e.detail ? 'callerSecret' as program, e.action,
       e.subject_name as subject, case when e.subject_kind = 'secret' then e.subject_id end as "secretId",
       e.outcome, e.detail->>'hint' as hint, e.detail->>'expiresAt' as "expiresAt",
       e.detail->>'resource' as resource, e.detail->>'role' as role, e.detail->>'roleName' as "roleName"
     from audit_events e join applications a on a.id = e.application_id
     where ${seen('e')} and e.action = any ($8)
       and ($7 = '%%' or e.actor_name ilike $7 or e.subject_kind = 'user' and e.subject_name ilike $7)
     order by e.id desc limit ${limit}`,
    [...values(asked, filter), containing(filter.person), filter.actions],
  );
}

/** Calls that were refused, with the true reason (T4), the newest first. */
export function findRefused(
  dataSource: DataSource,
  asked: Asked,
  filter: ActivityFilter,
  limit: number,
): Promise<RefusedCallRecord[]> {
  return dataSource.query<RefusedCallRecord[]>(
    `select e.id, e.at, e.reason, s.name as secret, s.id as "secretId", e.address
     from refused_calls e join applications a on a.id = e.application_id
     left join secrets s on s.id = e.secret_id
     where ${seen('e')} order by e.id desc limit ${limit}`,
    values(asked, filter),
  );
}

/** The permission stands in the query that reads (habit 5), also for each part of an export. */
const seen = (row: string) => `
  ${row}.application_id = $3 and a.deleted_at is null and ${maySee('a', '$1', '$2')}
  and ${mayAudit('a', '$1', '$2')} and ($4::bigint is null or ${row}.id < $4) and ($5::timestamptz is null or ${row}.at >= $5)
  and ($6::timestamptz is null or ${row}.at < $6)`;

function values({ viewer, now, applicationId }: Asked, { older, from, until }: ActivityFilter) {
  return [viewer.id, now, applicationId, older ?? null, from ?? null, until ?? null];
}
