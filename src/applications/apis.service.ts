import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Invalid, NotFound } from '../platform/refusals.js';
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
  ) {}

  /** @throws Invalid */
  async create(actor: Actor, wish: ApiValues, within?: Tx): Promise<Api> {
    const api = checkedApi(wish);
    try {
      return await inTransaction(within ?? this.dataSource, async (tx) => {
        await tx.insert(Api, api);
        await this.audit.record(tx, actor, { action: 'api.create', ...about(api) });
        return api;
      });
    } catch (error) {
      if (violated(error, 'apis_pkey')) {
        throw new Invalid({ code: 'Another API has this code.' });
      }
      throw error;
    }
  }

  /** @throws Invalid, NotFound */
  async rename(actor: Actor, code: string, wish: string, within?: Tx): Promise<void> {
    const name = checkedName(wish);
    await inTransaction(within ?? this.dataSource, async (tx) => {
      const lock = { mode: 'pessimistic_write' } as const;
      const before = await tx.findOne(Api, { where: { code }, lock });
      if (!before) throw new NotFound('no such API');
      if (before.name === name) return;
      await tx.update(Api, { code }, { name });
      await this.audit.record(tx, actor, {
        action: 'api.rename',
        ...about({ code, name }),
        detail: { name: `${before.name} → ${name}` },
      });
    });
  }
}

/** It has no other id than its code. */
function about({ code, name }: Api) {
  return { subject: { kind: 'api', id: null, name: `${name} (${code})` } };
}
