import type { EntityManager } from 'typeorm';
import { addDays, startOf, utcDay } from '../platform/utc-day.js';
import type { Acknowledgement } from './acknowledgement.js';
import type { Milestone } from './milestones.js';

/** Who is mailed about a secret, and why (M5). */
export interface Recipient {
  id: string;
  name: string;
  address: string;
  manager: boolean;
  orgAdmin: boolean;
}

export interface Sibling {
  name: string;
  createdAt: Date;
  expiresAt: Date;
  firstUsedAt: Date | null;
  lastUsedAt: Date;
}

/** A secret that a reminder can be about, with all that the reminder needs. */
export interface Ending {
  id: string;
  name: string;
  hint: string;
  createdAt: Date;
  expiresAt: Date;
  firstUsedAt: Date | null;
  lastUsedAt: Date | null;
  application: { id: string; name: string; clientId: string };
  organisation: string;
  /** Credential managers of the application and org admins of its organisation, by name. */
  recipients: Recipient[];
  /** Newer secrets of the application that have been used (M7). */
  siblings: Sibling[];
  /** What people say about it and have not taken back, the latest first. */
  acknowledgements: Acknowledgement[];
}

/** A secret inside the last six weeks, or ended and not reported yet. */
export interface Candidate {
  id: string;
  createdAt: Date;
  expiresAt: Date;
  /** Milestones that went out to somebody. */
  sent: Milestone[];
  /** Where the next batch begins: the end with all its digits. */
  cursor: string;
}

/** Not deleted, not off, and its application is neither: nobody is mailed about anything else. */
const remindable = `
  secrets s join applications a on a.id = s.application_id
    join organisations o on o.id = a.organisation_id
  where s.deleted_at is null and s.disabled_at is null
    and a.deleted_at is null and a.disabled_at is null`;

/** The next batch of candidates by end and id. The partial index on the end gives the order. */
export async function findCandidates(
  tx: EntityManager,
  now: Date,
  after: Pick<Candidate, 'cursor' | 'id'> | undefined,
  limit: number,
): Promise<Candidate[]> {
  return tx.query<Candidate[]>(
    `select s.id, s.created_at as "createdAt", s.expires_at as "expiresAt",
       s.expires_at::text as cursor,
       array(select l.milestone from reminders l
         where l.secret_id = s.id and l.state = 'sent') as sent
     from ${remindable}
       and s.expires_at < $1 and (s.expires_at, s.id) > ($2::timestamptz, $3::uuid)
       and (s.expires_at > $4 or not exists (select from reminders l
         where l.secret_id = s.id and l.milestone = 'expired' and l.state = 'sent'))
     order by s.expires_at, s.id limit $5`,
    [
      new Date(startOf(addDays(utcDay(now), 43)).getTime() + 1),
      after?.cursor ?? '-infinity',
      after?.id ?? '00000000-0000-0000-0000-000000000000',
      now,
      limit,
    ],
  );
}

/** These secrets as they stand; those that nobody is to be mailed about any more are missing. */
export async function findEndings(
  tx: EntityManager,
  now: Date,
  ids: readonly string[],
): Promise<Ending[]> {
  const rows = await tx.query<Ending[]>(endings, [ids, now]);
  return rows.map((row) => ({
    ...row,
    siblings: row.siblings.map(withDates),
    acknowledgements: row.acknowledgements.map((each) => ({
      ...each,
      saidAt: new Date(each.saidAt),
    })),
  }));
}

/** As JSON; its dates are texts. */
export const acknowledgementsOf = (secret: string) => `
    coalesce((select json_agg(json_build_object('userId', k.user_id, 'name', ku.name,
        'kind', k.kind, 'until', k.until, 'saidAt', k.said_at) order by k.said_at desc, k.id)
      from acknowledgements k join users ku on ku.id = k.user_id
      where k.secret_id = ${secret} and k.ended_at is null), '[]')`;

const endings = `
  select s.id, s.name, s.hint, s.created_at as "createdAt", s.expires_at as "expiresAt",
    s.first_used_at as "firstUsedAt", s.last_used_at as "lastUsedAt", o.name as organisation,
    json_build_object('id', a.id, 'name', a.name, 'clientId', a.client_id) as application,
    coalesce((select json_agg(p order by p.name, p.id) from (
      select u.id, u.name, u.email as address,
        bool_or(r.role = 'credential_manager') as manager,
        bool_or(r.role = 'org_admin') as "orgAdmin"
      from role_assignments r join users u on u.id = r.user_id
      where r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $2)
        and (r.role = 'credential_manager' and r.application_id = a.id
          or r.role = 'org_admin' and r.organisation_id = a.organisation_id)
        and u.closed_at is null and u.activated_at is not null
      group by u.id) p), '[]') as recipients,
    coalesce((select json_agg(json_build_object('name', n.name, 'createdAt', n.created_at,
        'expiresAt', n.expires_at, 'firstUsedAt', n.first_used_at,
        'lastUsedAt', n.last_used_at) order by n.created_at desc)
      from secrets n where n.application_id = s.application_id
        and n.created_at > s.created_at and n.expires_at > s.expires_at
        and n.last_used_at is not null and n.deleted_at is null and n.disabled_at is null
      ), '[]') as siblings,
    ${acknowledgementsOf('s.id')} as acknowledgements
  from ${remindable} and s.id = any($1)
  order by s.expires_at, s.id`;

/** JSON has no dates: they come as text. */
function withDates(sibling: Sibling): Sibling {
  return {
    name: sibling.name,
    createdAt: new Date(sibling.createdAt),
    expiresAt: new Date(sibling.expiresAt),
    firstUsedAt: sibling.firstUsedAt && new Date(sibling.firstUsedAt),
    lastUsedAt: new Date(sibling.lastUsedAt),
  };
}
