import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { mayManage, maySee } from '../applications/permission.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { DomainUrl } from '../domains/domain.entity.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { Outgoing } from '../platform/outgoing/outgoing.js';
import { Conflict, Forbidden, Invalid, NotFound, refuse } from '../platform/refusals.js';
import { WebhookDelivering } from './delivering.service.js';
import { findEndpoint, findSeenEndpoint, happened, type SeenEndpoint } from './endpoint.query.js';
import { testBody } from './payload.js';
import { sealContext } from './secrets-of-endpoint.js';
import { newSigningSecret } from './signature.js';
import { WebhookDelivery, WebhookEndpoint } from './webhook.entity.js';

/** Of all domains of an application. */
export const endpointsAtMost = 10;
/** So long a secret still signs beside the one that has replaced it. */
export const overlapHours = 24;

export interface EndpointWish {
  domainId: string;
  url: string;
}

/** An endpoint whose secret is seen this once. */
export interface SignedEndpoint {
  id: string;
  secret: string;
}

/** Endpoints of an application: made, rotated, switched off and on, tested and deleted by its managers. */
@Injectable()
export class Webhooks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outgoing: Outgoing,
    private readonly delivering: WebhookDelivering,
    private readonly audit: Audit,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @throws NotFound, Forbidden, Invalid, Conflict */
  async add(actor: Actor, applicationId: string, wish: EndpointWish): Promise<SignedEndpoint> {
    const text = wish.url.trim();
    // Who may not manage learns nothing of names; who may waits for the name server outside of a transaction.
    await inTransaction(this.dataSource, (tx) => this.checkDomain(tx, actor, applicationId, wish));
    refuse({ url: await this.outgoing.problemOf(text) });
    const [id, url] = [randomUUID(), new URL(text).href];
    try {
      return await inTransaction(this.dataSource, async (tx) => {
        await this.checkDomain(tx, actor, applicationId, wish);
        const createdAt = this.clock.now();
        const { domainId } = wish;
        await tx.insert(DomainUrl, { id, domainId, kind: 'webhook', url, createdAt });
        const secret = await this.sign(tx, id, false);
        const row = await findEndpoint(tx, id);
        await this.audit.record(tx, actor, happened('webhook.add', row!));
        return { id, secret };
      });
    } catch (error) {
      if (!violated(error, 'domain_urls_key')) throw error;
      throw new Invalid({ url: () => t`This domain has this address already.` });
    }
  }

  /** A new secret; the one before signs for a day beside it. */
  rotate(actor: Actor, applicationId: string, id: string): Promise<SignedEndpoint> {
    return this.change(actor, applicationId, id, async (tx, row) => {
      const secret = await this.sign(tx, id, row.signed);
      await this.audit.record(tx, actor, happened('webhook.rotate', row));
      return { id, secret };
    });
  }

  async switchOff(actor: Actor, applicationId: string, id: string): Promise<void> {
    await this.change(actor, applicationId, id, async (tx, row) => {
      if (!row.active) return;
      await tx.update(DomainUrl, { id }, { active: false });
      await this.audit.record(tx, actor, happened('webhook.switch_off', row));
    });
  }

  /** From now on it is told what happens; of what happened meanwhile, what is still so. */
  async switchOn(actor: Actor, applicationId: string, id: string): Promise<void> {
    await this.change(actor, applicationId, id, async (tx, row) => {
      if (row.active) return;
      const fresh = { since: this.clock.now(), goneAt: null, notBefore: null, failingSince: null };
      await tx.update(DomainUrl, { id }, { active: true });
      await tx.update(WebhookEndpoint, { id }, fresh);
      await this.audit.record(tx, actor, happened('webhook.switch_on', row));
    });
  }

  /** With its secret and its log. */
  async remove(actor: Actor, applicationId: string, id: string): Promise<void> {
    await this.change(actor, applicationId, id, async (tx, row) => {
      await this.audit.record(tx, actor, happened('webhook.delete', row));
      await tx.delete(DomainUrl, { id });
    });
  }

  /** Sends a message about nothing, now and once. @returns its id */
  async test(actor: Actor, applicationId: string, id: string): Promise<string> {
    const deliveryId = await this.change(actor, applicationId, id, async (tx, row) => {
      checkReady(row);
      const now = this.clock.now();
      const due = { createdAt: now, dueSince: now, nextAttemptAt: now, state: 'due' as const };
      const body = testBody(now, row, this.config.PUBLIC_URL);
      const message = { id: randomUUID(), endpointId: id, event: 'webhook.test' as const, body };
      await this.wake(tx, id);
      await tx.insert(WebhookDelivery, { ...message, ...due });
      await this.audit.record(tx, actor, happened('webhook.test', row));
      return message.id;
    });
    this.delivering.kick();
    return deliveryId;
  }

  /** Sends a message again, under its id, or now instead of later. @throws Conflict for one whose text is gone */
  async redeliver(actor: Actor, applicationId: string, id: string, deliveryId: string) {
    await this.change(actor, applicationId, id, async (tx, row) => {
      const message = await tx.findOneBy(WebhookDelivery, { id: deliveryId, endpointId: id });
      if (!message) throw new NotFound('no such message of this endpoint');
      checkReady(row);
      if (message.body === null) {
        throw new Conflict(() => t`The text of this message is not kept any more.`);
      }
      const now = this.clock.now();
      const due = { state: 'due' as const, dueSince: now, nextAttemptAt: now, finishedAt: null };
      await this.wake(tx, id);
      await tx.update(WebhookDelivery, { id: deliveryId }, due);
      const detail = { event: message.event, message: `msg_${deliveryId}` };
      await this.audit.record(tx, actor, happened('webhook.redeliver', row, detail));
    });
    this.delivering.kick();
  }

  private change<T>(
    actor: Actor,
    applicationId: string,
    id: string,
    work: (tx: Tx, row: SeenEndpoint) => Promise<T>,
  ): Promise<T> {
    return inTransaction(this.dataSource, async (tx) => {
      const row = await findSeenEndpoint(tx, actor.id, applicationId, id, this.clock.now());
      if (!row) throw new NotFound('no such webhook for this user');
      if (!row.mayManage) throw notManaged();
      return work(tx, row);
    });
  }

  /** The application stays locked, so that parallel additions cannot pass the limit together. */
  private async checkDomain(
    tx: Tx,
    actor: Actor,
    applicationId: string,
    { domainId }: EndpointWish,
  ): Promise<void> {
    const [row] = await tx.query<[{ managed: boolean; known: boolean; endpoints: number }?]>(
      `select ${mayManage('a', '$3', '$4')} as managed,
         exists (select from domains d where d.application_id = a.id and d.deleted_at is null
           and d.id::text = $2) as known,
         (select count(*)::int from domain_urls u join domains d on d.id = u.domain_id
           where d.application_id = a.id and d.deleted_at is null and u.kind = 'webhook') as endpoints
       from applications a where a.id = $1 and a.deleted_at is null and ${maySee('a', '$3', '$4')}
       for no key update of a`,
      [applicationId, domainId, actor.id, this.clock.now()],
    );
    if (!row) throw new NotFound('no such application for this user');
    if (!row.managed) throw notManaged();
    refuse({ domainId: row.known ? undefined : () => t`Choose a domain.` });
    if (row.endpoints >= endpointsAtMost) {
      throw new Conflict(
        () => t`An application can have up to ${endpointsAtMost} webhooks. Delete one first.`,
      );
    }
  }

  private async sign(tx: Tx, id: string, again: boolean): Promise<string> {
    const secret = newSigningSecret();
    const sealed = this.keys.seal(sealContext(id), secret);
    const now = this.clock.now();
    const until = new Date(now.getTime() + overlapHours * 3_600_000);
    await tx.query(
      again
        ? `update webhook_endpoints set former_secret = sealed_secret, former_until = $3,
             sealed_secret = $2 where id = $1`
        : `insert into webhook_endpoints (id, sealed_secret, since) values ($1, $2, $3)`,
      [id, sealed, again ? until : now],
    );
    return secret;
  }

  /** Somebody waits for it, so it does not rest any longer after a failure. */
  private async wake(tx: Tx, id: string): Promise<void> {
    await tx.update(WebhookEndpoint, { id }, { notBefore: null });
  }
}

function notManaged() {
  return new Forbidden(() => t`Only the credential managers of this application can do this.`);
}

/** @throws Conflict where nothing can be sent */
function checkReady({ active, signed }: SeenEndpoint): void {
  if (!signed) throw new Conflict(() => t`It has no secret to sign with yet. Make one first.`);
  if (!active) throw new Conflict(() => t`It is switched off. Switch it on first.`);
}
