import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Invalid, NotFound } from '../platform/refusals.js';
import { Api } from './application.entity.js';
import { type ApiValues, checkedApi, checkedName } from './resource-values.js';

/**
 * APIs as data (A5). A code is for ever: names of applications are built from it. Who may call it is
 * decided at the door: IT alone. `within` is a transaction that a call is a part of.
 */
@Injectable()
export class Apis {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** A code that was taken away can come back. @throws Invalid */
  create(actor: Actor, wish: ApiValues, within?: Tx): Promise<ApiValues> {
    const api = checkedApi(wish);
    return inTransaction(within ?? this.dataSource, async (tx) => {
      const made = await tx.query<unknown[]>(
        `insert into apis as i (code, name) values ($1, $2)
         on conflict (code) do update set name = excluded.name, deleted_at = null, deleted_by = null
           where i.deleted_at is not null
         returning 1`,
        [api.code, api.name],
      );
      if (made.length === 0) throw new Invalid({ code: () => t`Another API has this code.` });
      await this.audit.record(tx, actor, { action: 'api.create', ...about(api) });
      return api;
    });
  }

  /** @throws Invalid, NotFound */
  async rename(actor: Actor, code: string, wish: string, within?: Tx): Promise<void> {
    const name = checkedName(wish);
    await inTransaction(within ?? this.dataSource, async (tx) => {
      const before = await this.lock(tx, code);
      if (before.name === name) return;
      await tx.update(Api, { code }, { name });
      await this.audit.record(tx, actor, {
        action: 'api.rename',
        ...about({ code, name }),
        detail: { name: `${before.name} → ${name}` },
      });
    });
  }

  /** No application can be made for it any more. @throws NotFound; Conflict while it is in use */
  async delete(actor: Actor, code: string, within?: Tx): Promise<void> {
    try {
      await inTransaction(within ?? this.dataSource, async (tx) => {
        const api = await this.lock(tx, code);
        await tx.update(Api, { code }, { deletedAt: this.clock.now(), deletedBy: actor.id });
        await this.audit.record(tx, actor, { action: 'api.delete', ...about(api) });
      });
    } catch (error) {
      throw inUse(error);
    }
  }

  private async lock(tx: Tx, code: string): Promise<Api> {
    const lock = { mode: 'pessimistic_write' } as const;
    const api = await tx.findOne(Api, { where: { code, deletedAt: IsNull() }, lock });
    if (!api) throw new NotFound('no such API');
    return api;
  }
}

function inUse(error: unknown): unknown {
  if (violated(error, 'apis_resources_check')) {
    return new Conflict(() => t`This API has resources. Delete them first.`);
  }
  if (violated(error, 'apis_applications_check')) {
    return new Conflict(() => t`There are applications of this API. Delete them first.`);
  }
  return error;
}

/** It has no other id than its code. */
function about({ code, name }: ApiValues) {
  return { subject: { kind: 'api', id: null, name: `${name} (${code})` } };
}
