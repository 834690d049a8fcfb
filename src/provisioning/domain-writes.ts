import { Injectable } from '@nestjs/common';
import type { Actor } from '../audit/audit.service.js';
import { type DomainPlace, Domains } from '../domains/domains.service.js';
import type { Tx } from '../platform/database/tx.js';
import type { DomainWork } from './plan.js';

/** Writes one domain of a file: what goes first, since its addresses must fit its values all the time. */
@Injectable()
export class DomainWrites {
  constructor(private readonly domains: Domains) {}

  async write(tx: Tx, actor: Actor, applicationId: string, task: DomainWork): Promise<void> {
    const { host, values, removedUrls, newUrls, switchedUrls } = task;
    const way = { within: tx, asIt: true };
    const place = task.place ?? {
      applicationId,
      domainId: (await this.domains.create(actor, applicationId, { host, ...values }, way)).id,
    };
    for (const id of removedUrls) await this.domains.removeUrl(actor, place, id, way);
    await this.domains.change(actor, place, values, way);
    for (const { url, active } of newUrls) {
      await this.domains.addUrl(actor, place, { kind: 'callback', url, active }, way);
    }
    for (const { id, active } of switchedUrls) {
      await this.domains.switchUrl(actor, place, id, active, way);
    }
  }

  delete(tx: Tx, actor: Actor, place: DomainPlace): Promise<void> {
    return this.domains.delete(actor, place, { within: tx, asIt: true });
  }
}
