import type { EntityManager } from 'typeorm';
import type { Usage } from '../secrets/superseded.js';
import { bounced } from '../applications/contact-cover.js';
import { covers, everywhere } from '../applications/permission.js';
import type { Tx } from '../platform/database/tx.js';
import type { Permission } from '../users/permissions.js';
import type { Acknowledgement } from './acknowledgement.js';
import { type Milestone, milestones, type Stretch } from './milestones.js';
import type { Owner } from './owner.js';

/** Who is mailed about a secret, and why (M5). */
export interface Recipient {
  id: string;
  name: string;
  address: string;
  /** The one that the person chose. */
  language: string | null;
  manager: boolean;
  orgAdmin: boolean;
  /** Works in IT, and gets it for a resource server. */
  it: boolean;
  /** Roles of IT's own making that bring the mail, by name. */
  others: { key: string; name: string }[];
  /** Can make another one, by whichever role. */
  acts: boolean;
  /** May look at it; a role can bring mails and open nothing. */
  sees: boolean;
  /** Mail to this address was refused the last time. */
  bounced: boolean;
  seenAt: Date | null;
}

/** A newer one, neither deleted nor off. */
export interface Sibling extends Usage {
  name: string;
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
  owner: Owner;
  /** That of its application; a resource has none. */
  organisation: string | null;
  /**
   * By name: whom a role brings the reminders of the application, or of the resource server, which are
   * credential managers, org admins, those who work in IT, and people with roles of IT's own making.
   */
  recipients: Recipient[];
  /** Newer secrets of the same owner that have been used (M7). */
  siblings: Sibling[];
  /** What people say about it and have not taken back, the latest first. */
  acknowledgements: Acknowledgement[];
}

/** No id comes after it. */
const lastId = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** A secret that something can be due for. */
export interface Candidate {
  id: string;
  createdAt: Date;
  expiresAt: Date;
  /** Its end with all its digits: where the next batch begins. */
  end: string;
}

/** A stretch, and what planning noted last about the secrets to be looked for in it. */
export interface Place extends Stretch {
  reminded: Milestone | 'none';
}

/**
 * Not deleted, not off, and its application, where it has one, is neither: nobody is mailed about
 * anything else.
 */
const remindable = `
  secrets s left join applications a on a.id = s.application_id
    left join organisations o on o.id = a.organisation_id
    left join resources q on q.id = s.resource_id
  where s.deleted_at is null and s.disabled_at is null
    and (q.id is not null or a.deleted_at is null and a.disabled_at is null)`;

/** A secret whose milestone of a stretch is settled has that very note, and is in none of its places. */
export function placesOf(all: readonly Stretch[]): Place[] {
  const notes = ['none', ...milestones] as const;
  return all.flatMap((stretch) =>
    notes
      .filter((note) => note !== stretch.milestone)
      .map((reminded) => ({ ...stretch, reminded })),
  );
}

/**
 * An index has these columns in this order: nothing is read but what is asked for. Whether the
 * application is on is not asked here; `findEndings` leaves such secrets out.
 */
const unsettled = `
  s.deleted_at is null and s.disabled_at is null and s.end_told_at is null`;

/** The next secrets in a place, by end and id. */
export function findCandidates(
  db: EntityManager,
  { reminded, after, until }: Place,
  last: Candidate | undefined,
  limit: number,
): Promise<Candidate[]> {
  return db.query<Candidate[]>(candidates, [
    reminded,
    last?.end ?? after ?? '-infinity',
    // Behind the border itself, or behind the last one.
    last?.id ?? lastId,
    until,
    limit,
  ]);
}

export const candidates = `
  select s.id, s.created_at as "createdAt", s.expires_at as "expiresAt", s.expires_at::text as end
  from secrets s where ${unsettled} and s.reminded = $1
    and (s.expires_at, s.id) > ($2::timestamptz, $3::uuid) and s.expires_at <= $4
  order by s.expires_at, s.id limit $5`;

/** Those of the places in which there is anything at all, in their order. */
export async function findBusy(db: EntityManager, all: readonly Place[]): Promise<Place[]> {
  const rows = all.map(({ reminded, after, until }, place) => {
    return { place, reminded, after: after ?? '-infinity', until };
  });
  const busy = await db.query<{ place: number }[]>(busyPlaces, [JSON.stringify(rows)]);
  return busy.map(({ place }) => all[place]!);
}

const busyPlaces = `
  select w.place
  from json_to_recordset($1) as w (place integer, reminded text, after timestamptz,
    until timestamptz)
  where (select true from secrets s where ${unsettled} and s.reminded = w.reminded
    and s.expires_at > w.after and s.expires_at <= w.until limit 1)
  order by w.place`;

/**
 * Notes what is settled. Whoever changes one of these secrets at the moment is not waited for: the next
 * run looks at it again.
 */
export async function noteSettled(
  tx: Tx,
  settled: readonly { id: string; milestone: Milestone }[],
): Promise<void> {
  if (settled.length === 0) return;
  await tx.query(
    `update secrets s set reminded = f.milestone
     from (select id, milestone from secrets join unnest($1::uuid[], $2::text[]) n (id, milestone)
         using (id) for no key update of secrets skip locked) f
     where s.id = f.id`,
    [settled.map(({ id }) => id), settled.map(({ milestone }) => milestone)],
  );
}

/** Milestones that went out to somebody, by secret. */
export async function findSent(
  db: EntityManager,
  ids: readonly string[],
): Promise<Map<string, Set<Milestone>>> {
  const rows = await db.query<{ id: string; sent: Milestone[] }[]>(
    `select secret_id as id, array_agg(milestone) as sent from reminders
     where secret_id = any($1) and state = 'sent' group by secret_id`,
    [ids],
  );
  return new Map(rows.map(({ id, sent }) => [id, new Set(sent)]));
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
    recipients: row.recipients.map((each) => ({
      ...each,
      seenAt: each.seenAt && new Date(each.seenAt),
    })),
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

const opening = (permission: Permission) => `'${permission}' = any (d.permissions)`;

/**
 * As JSON, by name. Of the role assignments `r` at this place one at least has to bring the reminders.
 * @param acts, sees what it takes to act on it and to look at it
 */
const recipientsBy = (place: string, acts: Permission, sees: Permission) => `
    coalesce((select json_agg(p order by p.name, p.id) from (
      select u.id, u.name, u.email as address, u.language,
        bool_or(r.role = 'credential_manager') as manager,
        bool_or(r.role = 'org_admin') as "orgAdmin", bool_or(r.role = 'it') as it,
        coalesce(json_agg(json_build_object('key', d.key, 'name', d.name))
          filter (where not d.built_in and ${opening('reminders.receive')}), '[]') as others,
        bool_or(${opening(acts)}) as acts, bool_or(${opening(sees)}) as sees,
        ${bounced('u')} as bounced, coalesce(u.last_sign_in_at, u.activated_at) as "seenAt"
      from role_assignments r join users u on u.id = r.user_id
        join roles d on d.key = r.role and d.active and (d.ends_at is null or d.ends_at > $2)
      where r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $2) and ${place}
        and u.closed_at is null and u.activated_at is not null
      group by u.id having bool_or(${opening('reminders.receive')})) p), '[]')`;

/** The same for the newer ones of this owner. */
const siblingsBy = (owner: 'application_id' | 'resource_id') => `
    coalesce((select json_agg(json_build_object('name', n.name, 'createdAt', n.created_at,
        'expiresAt', n.expires_at, 'firstUsedAt', n.first_used_at,
        'lastUsedAt', n.last_used_at) order by n.created_at desc)
      from secrets n where n.${owner} = s.${owner}
        and n.created_at > s.created_at and n.expires_at > s.expires_at
        and n.last_used_at is not null and n.deleted_at is null and n.disabled_at is null
      ), '[]')`;

/**
 * Each kind of owner has questions of its own, so that each of them finds its index. Planned anew each
 * time: a plan that was made while there were few mails reads all of them when there are many.
 */
const endings = `
  select s.id, s.name, s.hint, s.created_at as "createdAt", s.expires_at as "expiresAt",
    s.first_used_at as "firstUsedAt", s.last_used_at as "lastUsedAt", o.name as organisation,
    case when q.id is null
      then json_build_object('kind', 'application', 'id', a.id, 'name', a.name,
        'clientId', a.client_id)
      else json_build_object('kind', 'resource', 'id', q.id,
        'name', q.name || ' (' || q.environment || ')', 'clientId', q.id) end as owner,
    case when q.id is null
      then ${recipientsBy(covers('a'), 'secrets.manage', 'applications.see')}
      else ${recipientsBy(everywhere, 'platform.administer', 'platform.administer')} end as recipients,
    case when q.id is null then ${siblingsBy('application_id')}
      else ${siblingsBy('resource_id')} end as siblings,
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
    disabledAt: null,
    deletedAt: null,
  };
}
