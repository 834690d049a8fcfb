import { Injectable } from '@nestjs/common';
import { DataSource, IsNull } from 'typeorm';
import { Resource } from '../applications/application.entity.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { cleanName } from '../platform/plain-text.js';
import { Conflict, Invalid, NotFound } from '../platform/refusals.js';
import { Secret } from './secret.entity.js';
import { checkedWish, newSecret, type SecretWish } from './secret-wish.js';
import type { IssuedSecret } from './secrets.service.js';
import { newValue } from './value.js';

type It = Actor & { id: string };

/**
 * The secrets of resource servers, under the same rules as those of applications (S2–S10). IT makes
 * them, since IT runs the resources; who may call this is decided at the door: IT alone.
 */
@Injectable()
export class ResourceSecrets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @throws NotFound, Invalid, Conflict */
  async issue(
    actor: It,
    resourceId: string,
    wish: SecretWish & { name: string },
  ): Promise<IssuedSecret> {
    const checked = { ...checkedWish(wish, this.clock.now()), name: cleanName(wish.name) };
    try {
      return await inTransaction(this.dataSource, async (tx) => {
        const resource = await lock(tx, resourceId);
        await this.checkLimit(tx, resourceId, checked.createdAt);
        const value = newValue();
        const secret = newSecret(this.keys, { resourceId }, checked, actor, value);
        await tx.insert(Secret, secret);
        const expiresAt = secret.expiresAt.toISOString();
        await this.record(tx, actor, 'secret.create', resource, secret, { expiresAt });
        return { secret, value };
      });
    } catch (error) {
      if (violated(error, 'secrets_resource_name_key')) {
        throw new Invalid({
          name: () => t`Another secret of this resource server has this name. Choose another name.`,
        });
      }
      throw error;
    }
  }

  /** Stops it until it is switched on again (S10). @throws NotFound */
  switchOff(actor: It, resourceId: string, secretId: string): Promise<void> {
    return this.change(actor, resourceId, secretId, 'secret.switch_off', ({ disabledAt }) =>
      disabledAt ? undefined : { disabledAt: this.clock.now(), disabledBy: actor.id },
    );
  }

  /** @throws NotFound; Conflict for an expired one (S4) */
  switchOn(actor: It, resourceId: string, secretId: string): Promise<void> {
    return this.change(actor, resourceId, secretId, 'secret.switch_on', (secret) => {
      if (secret.expiresAt <= this.clock.now()) {
        throw new Conflict(
          () => t`This secret has expired. It cannot be switched on; create a new one.`,
        );
      }
      return secret.disabledAt ? { disabledAt: null, disabledBy: null } : undefined;
    });
  }

  /** Ends it at once and for ever; the row stays as a tombstone (S9). @throws NotFound */
  delete(actor: It, resourceId: string, secretId: string): Promise<void> {
    return this.change(actor, resourceId, secretId, 'secret.delete', () => ({
      deletedAt: this.clock.now(),
      deletedBy: actor.id,
    }));
  }

  private async change(
    actor: It,
    resourceId: string,
    secretId: string,
    action: string,
    decide: (secret: Secret) => Partial<Secret> | undefined,
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const resource = await lock(tx, resourceId);
      const secret = await tx
        .createQueryBuilder(Secret, 'secret')
        .setLock('pessimistic_write')
        .where('secret.id = :secretId and secret.resource_id = :resourceId', {
          secretId,
          resourceId,
        })
        .andWhere('secret.deleted_at is null')
        .getOne();
      if (!secret) throw new NotFound('no such secret of this resource server, or deleted');
      const values = decide(secret);
      if (!values) return;
      await tx.update(Secret, { id: secretId }, values);
      await this.record(tx, actor, action, resource, secret);
    });
  }

  private async checkLimit(tx: Tx, resourceId: string, now: Date): Promise<void> {
    const [row] = await tx.query<{ live: number }[]>(
      `select count(*)::int as live from secrets
       where resource_id = $1 and deleted_at is null and expires_at > $2`,
      [resourceId, now],
    );
    const most = this.config.SECRETS_PER_APPLICATION;
    if ((row?.live ?? 0) >= most) {
      throw new Conflict(
        () =>
          t`A resource server can have up to ${most} secrets at a time. Delete one that is no longer used.`,
      );
    }
  }

  private record(
    tx: Tx,
    actor: It,
    action: string,
    { name, environment }: Resource,
    secret: Secret,
    detail: Record<string, string> = {},
  ): Promise<void> {
    return this.audit.record(tx, actor, {
      action,
      subject: { kind: 'secret', id: secret.id, name: secret.name },
      detail: { resourceServer: `${name} (${environment})`, hint: secret.hint, ...detail },
    });
  }
}

/** Locked, so that parallel creations cannot pass the limit together (S8). */
async function lock(tx: Tx, id: string): Promise<Resource> {
  const resource = await tx.findOne(Resource, {
    where: { id, deletedAt: IsNull() },
    lock: { mode: 'for_no_key_update' },
  });
  if (!resource) throw new NotFound('no such resource');
  return resource;
}
