import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Invalid, NotFound, refuse } from '../platform/refusals.js';
import { Api, Resource, type TokenFormat } from './application.entity.js';
import { checkedName, checkedResource, type ResourceValues } from './resource-values.js';

export interface TokenWish {
  /** How long its tokens live, 1 to 60; as typed. */
  minutes: string;
  format: string;
}

/**
 * Resources as data (A6, T3). Audience, scope, API and environment are for ever: tokens, programs and
 * files name them. Who may call it is decided at the door: IT alone. `within` is a transaction that a
 * call is a part of.
 */
@Injectable()
export class Resources {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly config: Config,
  ) {}

  /** @returns its id. @throws Invalid */
  async create(actor: Actor, wish: ResourceValues, within?: Tx): Promise<string> {
    const values = checkedResource(wish, (origin) => this.config.isOwnIssuer(origin));
    const id = randomUUID();
    try {
      return await inTransaction(within ?? this.dataSource, async (tx) => {
        await this.checkPlace(tx, values);
        await tx.insert(Resource, { id, ...values });
        const { apiCode: api, audience, scope } = values;
        await this.audit.record(tx, actor, {
          action: 'resource.create',
          ...about({ id, ...values }),
          detail: { api, audience, scope },
        });
        return id;
      });
    } catch (error) {
      throw taken(error);
    }
  }

  /** @throws Invalid, NotFound */
  async rename(actor: Actor, id: string, wish: string, within?: Tx): Promise<void> {
    const name = checkedName(wish);
    try {
      await inTransaction(within ?? this.dataSource, async (tx) => {
        const before = await this.lock(tx, id);
        if (before.name === name) return;
        await tx.update(Resource, { id }, { name });
        await this.audit.record(tx, actor, {
          action: 'resource.rename',
          ...about({ ...before, name }),
          detail: { name: `${before.name} → ${name}` },
        });
      });
    } catch (error) {
      throw taken(error);
    }
  }

  /** Holds for tokens from now on; earlier ones live as they were made. @throws Invalid, NotFound */
  async setTokens(actor: Actor, id: string, wish: TokenWish): Promise<void> {
    const { minutes, format } = checked(wish);
    await inTransaction(this.dataSource, async (tx) => {
      const resource = await this.lock(tx, id);
      if (format === 'opaque' && resource.scopes.length > 0) {
        throw new Invalid({ format: 'Tokens for this resource name their scopes: choose JWT.' });
      }
      if (resource.tokenSeconds === minutes * 60 && resource.tokenFormat === format) return;
      await tx.update(Resource, { id }, { tokenSeconds: minutes * 60, tokenFormat: format });
      await this.audit.record(tx, actor, {
        action: 'resource.set_tokens',
        ...about(resource),
        detail: { minutes: String(minutes), format },
      });
    });
  }

  /** The API must be there, and a token request must know whose scope it names. */
  private async checkPlace(tx: Tx, { apiCode, scope }: ResourceValues): Promise<void> {
    const inside = await tx.query<unknown[]>(`select from resources where $1 = any (scopes)`, [
      scope,
    ]);
    const exists = await tx.existsBy(Api, { code: apiCode });
    refuse({
      apiCode: exists ? undefined : 'Choose an API from the list.',
      scope: inside.length > 0 ? 'Another resource has this scope.' : undefined,
    });
  }

  private async lock(tx: Tx, id: string): Promise<Resource> {
    const lock = { mode: 'pessimistic_write' } as const;
    const resource = await tx.findOne(Resource, { where: { id }, lock });
    if (!resource) throw new NotFound('no such resource');
    return resource;
  }
}

function about({ id, name, environment }: Pick<Resource, 'id' | 'name' | 'environment'>) {
  return { subject: { kind: 'resource', id, name: `${name} (${environment})` } };
}

/** The unique keys decide; their names become sentences. */
function taken(error: unknown): unknown {
  if (violated(error, 'resources_name_key')) {
    return new Invalid({ name: 'Another resource of this environment has this name.' });
  }
  if (violated(error, 'resources_audience_key')) {
    return new Invalid({ audience: 'Another resource has this audience.' });
  }
  if (violated(error, 'resources_scope_key')) {
    return new Invalid({ scope: 'Another resource has this scope.' });
  }
  return error;
}

function checked({ minutes, format }: TokenWish): { minutes: number; format: TokenFormat } {
  const whole = /^\s*(\d{1,2})\s*$/.exec(minutes)?.[1];
  const number = Number(whole ?? 0);
  const isLife = number >= 1 && number <= 60;
  const isForm = format === 'jwt' || format === 'opaque';
  refuse({
    minutes: isLife ? undefined : 'Type a whole number of minutes from 1 to 60.',
    format: isForm ? undefined : 'Choose one of the two forms.',
  });
  return { minutes: number, format: format as TokenFormat };
}
