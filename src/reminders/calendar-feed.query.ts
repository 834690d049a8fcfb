import type { EntityManager } from 'typeorm';
import {
  isAnyReader,
  isContact,
  isIt,
  isServerContact,
  maySee,
} from '../applications/permission.js';
import type { Owner } from './owner.js';

/** An address that works, and whose it is. */
export interface OpenFeed {
  id: string;
  userId: string;
  language: string | null;
}

/**
 * The feed of a token. There is none for an address that was revoked, a closed account, or somebody
 * who has no role left that is reminded of anything.
 */
export async function findFeed(
  db: EntityManager,
  digests: readonly Buffer[],
  now: Date,
): Promise<OpenFeed | undefined> {
  const [feed] = await db.query<OpenFeed[]>(
    `select f.id, u.id as "userId", u.language
     from calendar_feeds f join users u on u.id = f.user_id
     where f.token_digest = any($1) and f.revoked_at is null
       and u.closed_at is null and u.activated_at is not null and ${isAnyReader('u.id', '$2')}`,
    [digests, now],
  );
  return feed;
}

/** A secret, as far as its end goes. */
export interface End {
  id: string;
  name: string;
  createdAt: Date;
  expiresAt: Date;
  owner: Owner;
  /** Whether the person may look at it. */
  seen: boolean;
}

const near = `s.deleted_at is null and s.disabled_at is null
       and s.expires_at > $2::timestamptz - interval '30 days'`;

/** The ends that are ahead or a month ago at most, of what somebody is reminded of; the nearest first. */
export function findEnds(
  db: EntityManager,
  userId: string,
  now: Date,
  limit: number,
): Promise<End[]> {
  return db.query<End[]>(
    `select s.id, s.name, s.created_at as "createdAt", s.expires_at as "expiresAt",
       json_build_object('kind', 'application', 'id', a.id, 'name', a.name,
         'clientId', a.client_id) as owner, ${maySee('a', '$1', '$2')} as seen
     from secrets s join applications a on a.id = s.application_id
     where ${near} and a.deleted_at is null and a.disabled_at is null
       and ${isContact('a', '$1', '$2')}
     union all
     select s.id, s.name, s.created_at, s.expires_at, json_build_object('kind', 'resource',
         'id', q.id, 'name', q.name || ' (' || q.environment || ')', 'clientId', q.id),
       ${isIt('$1', '$2')}
     from secrets s join resources q on q.id = s.resource_id
     where ${near} and ${isServerContact('$1', '$2')}
     order by "expiresAt", id limit $3`,
    [userId, now, limit],
  );
}
