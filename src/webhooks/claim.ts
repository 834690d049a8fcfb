import type { DataSource } from 'typeorm';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from './webhook.entity.js';
import type { WebhookEvent } from './events.js';
import { active, placed } from './places.js';

/** A message that an attempt was begun with. */
export interface ClaimedMessage extends FreeEndpoint {
  id: string;
  event: WebhookEvent;
  body: string;
  number: number;
  dueSince: Date;
  /** Of this attempt. */
  at: Date;
}

interface FreeEndpoint {
  endpointId: string;
  url: string;
  sealedSecret: Buffer;
  /** Only while it still signs. */
  formerSecret: Buffer | null;
  failingSince: Date | null;
}

/** Longer than an attempt can take: whoever has not recorded by then is gone. */
const lease = 30_000;

/**
 * Begins the next attempt and commits it. An endpoint gets one message at a time, so a slow one never takes
 * more than one lane, and one that fails is asked once in a while for all that waits for it.
 */
export function claimMessage(
  dataSource: DataSource,
  now: Date,
): Promise<ClaimedMessage | undefined> {
  return inTransaction(dataSource, async (tx) => {
    const endpoint = await freeEndpoint(tx, now);
    if (!endpoint) return undefined;
    const { endpointId } = endpoint;
    const message = await nextMessage(tx, endpointId, now);
    // Sent or given up by somebody else a moment ago.
    if (!message) return undefined;
    const until = new Date(now.getTime() + lease);
    await tx.update(WebhookEndpoint, { id: endpointId }, { notBefore: until });
    const { id, attempts, event, body, dueSince } = message;
    const number = attempts + 1;
    await tx.update(WebhookDelivery, { id }, { attempts: number, nextAttemptAt: until });
    await tx.insert(WebhookAttempt, { deliveryId: id, number, at: now });
    return { ...endpoint, id, event, body: body!, number, dueSince, at: now };
  });
}

/** The one that has waited longest; it stays locked, and others take another. */
async function freeEndpoint(tx: Tx, now: Date): Promise<FreeEndpoint | undefined> {
  const [row] = await tx.query<[FreeEndpoint?]>(
    `select e.id as "endpointId", u.url, e.sealed_secret as "sealedSecret",
       case when e.former_until > $1 then e.former_secret end as "formerSecret",
       e.failing_since as "failingSince"
     from ${placed}
     cross join lateral (select w.next_attempt_at from webhook_deliveries w
       where w.endpoint_id = e.id and w.state = 'due' and w.next_attempt_at <= $1
       order by w.next_attempt_at limit 1) w
     where ${active} and (e.not_before is null or e.not_before <= $1)
     order by w.next_attempt_at, e.id limit 1
     for no key update of e skip locked`,
    [now],
  );
  return row;
}

/** A test before all others: somebody waits for it. */
function nextMessage(tx: Tx, endpointId: string, now: Date): Promise<WebhookDelivery | null> {
  return tx
    .createQueryBuilder(WebhookDelivery, 'w')
    .where(`w.endpointId = :endpointId and w.state = 'due' and w.nextAttemptAt <= :now`, {
      endpointId,
      now,
    })
    .orderBy(`(w.event = 'webhook.test')`, 'DESC')
    .addOrderBy('w.nextAttemptAt')
    .addOrderBy('w.createdAt')
    .addOrderBy('w.id')
    .limit(1)
    .setLock('pessimistic_write')
    .getOne();
}
