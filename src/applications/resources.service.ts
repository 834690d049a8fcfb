import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, IsNull } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Invalid, NotFound, refuse } from '../platform/refusals.js';
import { Api, Resource } from './application.entity.js';
import { signInResource } from './sign-in-resource.js';
import {
  checkedName,
  checkedResource,
  checkedTokens,
  type ResourceValues,
  type TokenWish,
} from './resource-values.js';

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
    private readonly clock: Clock,
  ) {}

  /** @returns its id. @throws Invalid */
  async create(
    actor: Actor,
    wish: ResourceValues,
    within?: Tx,
    id: string = randomUUID(),
  ): Promise<string> {
    const values = checkedResource(wish, (origin) => this.config.isOwnIssuer(origin));
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
  async setTokens(actor: Actor, id: string, wish: TokenWish, within?: Tx): Promise<void> {
    const { minutes, format } = checkedTokens(wish);
    await inTransaction(within ?? this.dataSource, async (tx) => {
      const resource = await this.lock(tx, id);
      if (format === 'opaque' && resource.scopes.length > 0) {
        throw new Invalid({
          format: () => t`Tokens for this resource name their scopes: choose JWT.`,
        });
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

  /**
   * Whether IT verifies an application before it can use the resource on a domain: that of a sign-in alone,
   * since all others are reached by tokens, which know no domain.
   * @throws NotFound, Conflict
   */
  async setVerification(actor: Actor, id: string, needed: boolean, within?: Tx): Promise<void> {
    await inTransaction(within ?? this.dataSource, async (tx) => {
      const resource = await this.lock(tx, id);
      if (needed && id !== signInResource) {
        throw new Conflict(() => t`Only what users let applications read can need verification.`);
      }
      if (resource.needsVerification === needed) return;
      await tx.update(Resource, { id }, { needsVerification: needed });
      await this.audit.record(tx, actor, {
        action: 'resource.set_verification',
        ...about(resource),
        detail: { needed: String(needed) },
      });
    });
  }

  /** It cannot be granted any more; its names are free. @throws NotFound; Conflict while it is in use */
  async delete(actor: Actor, id: string, within?: Tx): Promise<void> {
    try {
      await inTransaction(within ?? this.dataSource, async (tx) => {
        const resource = await this.lock(tx, id);
        if (resource.anyApi)
          throw new Conflict(() => t`This resource is Keyturn itself. It stays.`);
        await tx.update(Resource, { id }, { deletedAt: this.clock.now(), deletedBy: actor.id });
        const { audience, scope } = resource;
        await this.audit.record(tx, actor, {
          action: 'resource.delete',
          ...about(resource),
          detail: { audience, scope },
        });
      });
    } catch (error) {
      throw inUse(error);
    }
  }

  /** The API must be there, and a token request must know whose scope it names. */
  private async checkPlace(tx: Tx, { apiCode, scope }: ResourceValues): Promise<void> {
    const inside = await tx.query<unknown[]>(`select from resources where $1 = any (scopes)`, [
      scope,
    ]);
    const exists = await tx.existsBy(Api, { code: apiCode, deletedAt: IsNull() });
    refuse({
      apiCode: exists ? undefined : () => t`Choose an API from the list.`,
      scope: inside.length > 0 ? () => t`Another resource has this scope.` : undefined,
    });
  }

  private async lock(tx: Tx, id: string): Promise<Resource> {
    const lock = { mode: 'pessimistic_write' } as const;
    const resource = await tx.findOne(Resource, { where: { id, deletedAt: IsNull() }, lock });
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
    return new Invalid({ name: () => t`Another resource of this environment has this name.` });
  }
  if (violated(error, 'resources_audience_key')) {
    return new Invalid({ audience: () => t`Another resource has this audience.` });
  }
  if (violated(error, 'resources_scope_key')) {
    return new Invalid({ scope: () => t`Another resource has this scope.` });
  }
  if (violated(error, 'resources_api_there_check')) {
    return new Invalid({ apiCode: () => t`Choose an API from the list.` });
  }
  return error;
}

function inUse(error: unknown): unknown {
  if (violated(error, 'resources_granted_check')) {
    return new Conflict(
      () => t`This resource is granted to applications. Withdraw it from them first.`,
    );
  }
  if (violated(error, 'resources_secrets_check')) {
    return new Conflict(() => t`Its resource server has secrets. Delete them first.`);
  }
  return error;
}
