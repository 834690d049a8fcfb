import type { Tx } from '../platform/database/tx.js';
import { addCalendarMonths, startOf, utcDay } from '../platform/utc-day.js';
import { supersedes } from '../secrets/superseded.js';
import type { SecretEvent } from './events.js';
import type { Place, ToldSecret } from './payload.js';
import { active, placeColumns, placed } from './places.js';

/** Something that an endpoint has not been told yet. */
export interface DueEvent extends Place, ToldSecret {
  endpointId: string;
  event: SecretEvent;
  at: Date;
}

/**
 * What there is to tell, from the secrets as they are now. What has happened is told from the instant on at
 * which the endpoint was made or switched on again; what is so now, ending soon or replaced (S11, M7), to a new
 * one as well. The endpoints stay until the transaction ends.
 */
export function findDueEvents(tx: Tx, now: Date, limit: number): Promise<DueEvent[]> {
  const inAMonth = startOf(utcDay(addCalendarMonths(startOf(utcDay(now)), 1)));
  return tx.query<DueEvent[]>(sql, [now, inAMonth, limit]);
}

const live = '(s.deleted_at is null and s.disabled_at is null and s.expires_at > $1)';
const replaced = `exists (select from secrets n where n.application_id = s.application_id
  and ${supersedes('n', 's', '$1')})`;

const sql = `
  select e.id as "endpointId", x.event, x.at, ${placeColumns}, s.id, s.name, s.hint,
    s.created_at as "createdAt", s.expires_at as "expiresAt", s.deleted_at as "deletedAt"
  from ${placed}
  join secrets s on s.application_id = a.id and s.created_at <= $1
    and (s.deleted_at is null or s.deleted_at >= e.since)
  cross join lateral (values
    ('secret.created', s.created_at, s.created_at >= e.since),
    ('secret.deleted', s.deleted_at, s.deleted_at <= $1),
    ('secret.expired', s.expires_at, s.expires_at between e.since and $1
      and (s.deleted_at is null or s.deleted_at >= s.expires_at)),
    ('secret.superseded', $1, ${live} and ${replaced}),
    ('secret.expiring', $1, ${live} and s.expires_at <= $2 and not ${replaced})
  ) as x (event, at, holds)
  where ${active} and x.holds and not exists (select from webhook_deliveries w
    where w.endpoint_id = e.id and w.secret_id = s.id and w.event = x.event)
  order by e.id, s.id, x.event limit $3
  for key share of e`;
