import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { type DueEvent, findDueEvents } from './due-events.query.js';
import { secretBody } from './payload.js';
import { active } from './places.js';
import { giveUpAfter } from './retry.js';

/** Messages that are written by one transaction. */
const atOnce = 500;
const day = 86_400_000;
/** What was sent can be read, and sent again, for so long; that it was sent is never forgotten. */
export const keptFor = 30 * day;

/** Decides what endpoints are to be told, from the state of things, and what is too late to tell (docs/adr/0130). */
@Injectable()
export class WebhookPlanning {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Of several instances that find the same, the unique key lets one write it. */
  async plan(): Promise<void> {
    const now = this.clock.now();
    await this.dropWaiting(now);
    while (await inTransaction(this.dataSource, (tx) => this.planSome(tx, now)));
  }

  /** Old messages lose their text and their attempts, old tests go, old signing secrets are void. */
  @Interval(3_600_000)
  async forgetOld(): Promise<void> {
    const now = this.clock.now();
    await inTransaction(this.dataSource, async (tx) => {
      const before = new Date(now.getTime() - keptFor);
      await tx.query(
        `with old as (update webhook_deliveries set body = null
           where body is not null and finished_at < $1 returning id)
         delete from webhook_attempts where delivery_id in (select id from old)`,
        [before],
      );
      await tx.query(
        `delete from webhook_deliveries where event = 'webhook.test' and finished_at < $1`,
        [before],
      );
      await tx.query(
        `update webhook_endpoints set former_secret = null, former_until = null
         where former_until <= $1`,
        [now],
      );
    });
  }

  /** @returns whether it is worth looking for more */
  private async planSome(tx: Tx, now: Date): Promise<boolean> {
    const due = await findDueEvents(tx, now, atOnce);
    if (due.length > 0) await insert(tx, due, this.config.PUBLIC_URL, now);
    return due.length === atOnce;
  }

  /** What waits for an endpoint that is switched off does not wait for ever. */
  private async dropWaiting(now: Date): Promise<void> {
    await this.dataSource.query(
      `update webhook_deliveries set state = 'failed', finished_at = $1 where id in (
         select w.id from webhook_deliveries w join domain_urls u on u.id = w.endpoint_id
         join domains d on d.id = u.domain_id
         where w.state = 'due' and w.due_since <= $2
           and (not ${active} or d.deleted_at is not null)
         order by w.id for update of w skip locked)`,
      [now, new Date(now.getTime() - giveUpAfter)],
    );
  }
}

/** In one order, so that two instances never wait for each other in a circle. */
async function insert(tx: Tx, due: readonly DueEvent[], publicUrl: string, now: Date) {
  await tx.query(
    `insert into webhook_deliveries (id, endpoint_id, secret_id, event, body, state, created_at,
       due_since, next_attempt_at)
     select n.*, 'due', $6, $6, $6
     from unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[]) as n
     on conflict on constraint webhook_deliveries_event_key do nothing`,
    [
      due.map(() => randomUUID()),
      due.map(({ endpointId }) => endpointId),
      due.map(({ id }) => id),
      due.map(({ event }) => event),
      due.map((each) => secretBody(each.event, each.at, each, each, publicUrl)),
      now,
    ],
  );
}
