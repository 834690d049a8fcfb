import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { type Answer, Outgoing } from '../platform/outgoing/outgoing.js';
import { Keys } from '../platform/keys/keys.js';
import { WebhookAnswers } from './answers.service.js';
import { type ClaimedMessage, claimMessage } from './claim.js';
import { sealContext } from './secrets-of-endpoint.js';
import { signatureHeaders } from './signature.js';

/** Messages on the way at the same time, of an instance; each to an endpoint of its own. */
const lanes = 8;

/**
 * Sends what is due: claim, send, record (docs/adr/0007). Nothing is open in the database while an endpoint
 * thinks; whoever dies between leaves the message to the next, with the same id.
 */
@Injectable()
export class WebhookDelivering implements OnModuleDestroy {
  private readonly log = new Logger('Webhooks');
  private delivery?: Promise<void>;
  private wanted = false;
  private stopping = false;

  constructor(
    private readonly dataSource: DataSource,
    private readonly outgoing: Outgoing,
    private readonly answers: WebhookAnswers,
    private readonly keys: Keys,
    private readonly clock: Clock,
  ) {}

  /** Sends what is due, without waiting for it. */
  kick(): void {
    this.wanted = true;
    this.delivery ??= this.deliverWanted().finally(() => (this.delivery = undefined));
  }

  /** Sends what is due; of several instances each takes what is free. */
  async deliverDue(): Promise<void> {
    await Promise.all(Array.from({ length: lanes }, () => this.deliverAll()));
  }

  /** What is on the way is finished before the service stops. */
  async onModuleDestroy(): Promise<void> {
    this.wanted = false;
    this.stopping = true;
    await this.delivery;
  }

  private async deliverWanted(): Promise<void> {
    while (this.wanted) {
      this.wanted = false;
      try {
        await this.deliverDue();
      } catch (error) {
        this.log.error(`Webhooks are waiting: ${(error as Error).name}`);
      }
    }
  }

  private async deliverAll(): Promise<void> {
    while (!this.stopping) {
      const message = await claimMessage(this.dataSource, this.clock.now());
      if (!message) return;
      const answer = await this.send(message);
      await this.answers.write(message, answer, this.clock.now());
    }
  }

  private async send({ id, url, body, at, ...endpoint }: ClaimedMessage): Promise<Answer> {
    const context = sealContext(endpoint.endpointId);
    const sealed = [
      endpoint.sealedSecret,
      ...(endpoint.formerSecret ? [endpoint.formerSecret] : []),
    ];
    try {
      const secrets = sealed.map((each) => this.keys.open(context, each));
      const headers = {
        'content-type': 'application/json',
        ...signatureHeaders(secrets, `msg_${id}`, at, body),
      };
      return await this.outgoing.toUser(url, { body, headers });
    } catch (error) {
      // A secret that cannot be opened, for want of its key: an attempt like others, and nobody else waits.
      this.log.error(`Message ${id} could not be signed: ${(error as Error).name}`);
      return { status: null, fault: 'broken', milliseconds: 0 };
    }
  }
}
