import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Audit, theService } from '../audit/audit.service.js';
import { DomainUrl } from '../domains/domain.entity.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { type Answer, isTaken } from '../platform/outgoing/outgoing.js';
import type { ClaimedMessage } from './claim.js';
import { type EndpointRow, findEndpoint, happened } from './endpoint.query.js';
import { giveUpAfter, pauseAfter } from './retry.js';
import { WebhookAttempt, WebhookDelivery, WebhookEndpoint } from './webhook.entity.js';
import { givenUpMail, goneMail, mailManagers } from './webhook-mails.js';

/** By this status a receiver says that it wants no messages any more. */
const gone = 410;

/** Writes down what came of an attempt, and what follows from it. */
@Injectable()
export class WebhookAnswers {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  async write(message: ClaimedMessage, answer: Answer, now: Date): Promise<void> {
    const { id, number } = message;
    await inTransaction(this.dataSource, async (tx) => {
      // Locked first in every transaction about it, so that none waits for another in a circle.
      const endpoint = await findEndpoint(tx, message.endpointId);
      if (!endpoint) return;
      await tx.update(WebhookAttempt, { deliveryId: id, number }, answer);
      if (isTaken(answer.status)) await taken(tx, message, now);
      else await this.refused(tx, endpoint, message, answer.status, now);
    });
    this.outbox.kick();
  }

  private async refused(
    tx: Tx,
    endpoint: EndpointRow,
    message: ClaimedMessage,
    status: number | null,
    now: Date,
  ): Promise<void> {
    const { id, endpointId, event, dueSince } = message;
    const failingSince = message.failingSince ?? now;
    const notBefore = new Date(now.getTime() + pauseAfter(failingSince, now));
    await tx.update(WebhookEndpoint, { id: endpointId }, { failingSince, notBefore });
    const nextAttemptAt = new Date(now.getTime() + pauseAfter(dueSince, now));
    await tx.update(WebhookDelivery, { id, state: 'due' }, { nextAttemptAt });
    const isLast = status === gone || event === 'webhook.test';
    const given = await giveUp(tx, message, isLast, failingSince, now);
    if (status === gone && endpoint.active) await this.switchOff(tx, endpoint, now);
    else if (given > 0 && event !== 'webhook.test') await this.tell(tx, endpointId, now);
  }

  /** Once until something is taken again. */
  private async tell(tx: Tx, id: string, now: Date): Promise<void> {
    const { affected } = await tx.update(
      WebhookEndpoint,
      { id, toldAt: IsNull() },
      { toldAt: now },
    );
    if (affected) await mailManagers(tx, this.outbox, id, now, this.config, givenUpMail);
  }

  private async switchOff(tx: Tx, endpoint: EndpointRow, now: Date): Promise<void> {
    await tx.update(DomainUrl, { id: endpoint.id }, { active: false });
    await tx.update(WebhookEndpoint, { id: endpoint.id }, { goneAt: now });
    const happening = happened('webhook.switch_off', endpoint, { reason: '410 Gone' });
    await this.audit.record(tx, theService, happening);
    await mailManagers(tx, this.outbox, endpoint.id, now, this.config, goneMail);
  }
}

/**
 * After three days a message is given up; with an endpoint that has taken nothing for as long, all that have
 * waited so long. Only a failure ends a message: one that could not be tried meanwhile is tried first.
 */
async function giveUp(
  tx: Tx,
  { id, endpointId }: ClaimedMessage,
  isLast: boolean,
  failingSince: Date,
  now: Date,
): Promise<number> {
  const before = new Date(now.getTime() - giveUpAfter);
  const [, count] = await tx.query<[unknown, number]>(
    `update webhook_deliveries set state = 'failed', finished_at = $3
     where endpoint_id = $1 and state = 'due'
       and (id = $2 and $5 or due_since <= $4 and (id = $2 or $6))`,
    [endpointId, id, now, before, isLast, failingSince <= before],
  );
  return count;
}

/** It works, so what was refused while it did not is tried again at once. */
async function taken(tx: Tx, { id, endpointId, failingSince }: ClaimedMessage, now: Date) {
  await tx.update(
    WebhookEndpoint,
    { id: endpointId },
    { notBefore: null, failingSince: null, toldAt: null },
  );
  await tx.update(WebhookDelivery, { id }, { state: 'sent', finishedAt: now });
  if (failingSince === null) return;
  await tx.query(
    `update webhook_deliveries set next_attempt_at = $2
     where endpoint_id = $1 and state = 'due' and next_attempt_at > $2`,
    [endpointId, now],
  );
}
