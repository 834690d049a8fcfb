import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayManage, maySee } from '../applications/permission.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../platform/refusals.js';
import { Secret } from './secret.entity.js';
import { checkedWish, newSecret, type SecretWish } from './secret-wish.js';
import { newValue } from './value.js';

/** The one and only time that the value is seen (S5). */
export interface IssuedSecret {
  secret: Secret;
  value: string;
}

interface ApplicationRow {
  id: string;
  name: string;
  organisation_id: string;
  disabled: boolean;
  may_manage: boolean;
}

type Owner = Actor & { id: string };

/** Create, switch off, switch on, delete (S1–S10). A secret is never changed and never prolonged (S4). */
@Injectable()
export class Secrets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Creates a secret (S2–S8). The application's row is locked, so that parallel creations cannot
   * pass the limit together; the unique key decides about the name.
   * @throws NotFound, Forbidden, Invalid, Conflict
   */
  async issue(user: Owner, applicationId: string, wish: SecretWish): Promise<IssuedSecret> {
    const createdAt = this.clock.now();
    const checked = checkedWish(wish, createdAt);
    try {
      return await inTransaction(this.dataSource, async (tx) => {
        const application = await this.managed(tx, user, applicationId);
        if (application.disabled) {
          throw new Conflict('This application is disabled, so it cannot get a secret now.');
        }
        await this.checkLimit(tx, applicationId, createdAt);
        const value = newValue();
        const secret = newSecret(this.keys, { applicationId }, checked, user.id, value);
        await tx.insert(Secret, secret);
        await this.audit.record(tx, user, {
          action: 'secret.create',
          ...about(application, secret),
          detail: { hint: secret.hint, expiresAt: secret.expiresAt.toISOString() },
        });
        return { secret, value };
      });
    } catch (error) {
      if (violated(error, 'secrets_name_key')) {
        throw new Invalid({
          name: await this.nameTaken(user, applicationId, checked.name, createdAt),
        });
      }
      throw error;
    }
  }

  /** Stops a secret until it is switched on again (S10). Nothing changes when it is off already. */
  async switchOff(user: Owner, applicationId: string, secretId: string): Promise<void> {
    await this.change(user, applicationId, secretId, 'secret.switch_off', (secret) =>
      secret.disabledAt ? undefined : { disabledAt: this.clock.now(), disabledBy: user.id },
    );
  }

  /** @throws Conflict for an expired one: nothing would work again (S4) */
  async switchOn(user: Owner, applicationId: string, secretId: string): Promise<void> {
    await this.change(user, applicationId, secretId, 'secret.switch_on', (secret) => {
      if (secret.expiresAt <= this.clock.now()) {
        throw new Conflict('This secret has expired. It cannot be switched on; create a new one.');
      }
      return secret.disabledAt ? { disabledAt: null, disabledBy: null } : undefined;
    });
  }

  /** Ends a secret at once and for ever; the row stays as a tombstone (S9). */
  async delete(user: Owner, applicationId: string, secretId: string): Promise<void> {
    await this.change(user, applicationId, secretId, 'secret.delete', () => ({
      deletedAt: this.clock.now(),
      deletedBy: user.id,
    }));
  }

  private async change(
    user: Owner,
    applicationId: string,
    secretId: string,
    action: string,
    decide: (secret: Secret) => Partial<Secret> | undefined,
  ): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const application = await this.managed(tx, user, applicationId);
      const secret = await tx
        .createQueryBuilder(Secret, 'secret')
        .setLock('pessimistic_write')
        .where('secret.id = :secretId and secret.application_id = :applicationId', {
          secretId,
          applicationId,
        })
        .andWhere('secret.deleted_at is null')
        .getOne();
      if (!secret) throw new NotFound('no such secret in this application, or deleted');
      const values = decide(secret);
      if (!values) return;
      await tx.update(Secret, { id: secretId }, values);
      await this.audit.record(tx, user, {
        action,
        ...about(application, secret),
        detail: { hint: secret.hint },
      });
    });
  }

  /** The application, locked, when the user manages it: absent 404, seen but not managed 403 (R8). */
  private async managed(tx: Tx, user: Owner, applicationId: string): Promise<ApplicationRow> {
    const [application] = await tx.query<ApplicationRow[]>(
      `select a.id, a.name, a.organisation_id, a.disabled_at is not null as disabled,
         ${mayManage('a', '$2', '$3')} as may_manage
       from applications a
       where a.id = $1 and a.deleted_at is null and ${maySee('a', '$2', '$3')}
       for update of a`,
      [applicationId, user.id, this.clock.now()],
    );
    if (!application) throw new NotFound('no such application for this user');
    if (!application.may_manage) {
      throw new Forbidden('Only the credential managers of this application can do this.');
    }
    return application;
  }

  private async checkLimit(tx: Tx, applicationId: string, now: Date): Promise<void> {
    const [row] = await tx.query<{ live: number }[]>(
      `select count(*)::int as live from secrets
       where application_id = $1 and deleted_at is null and expires_at > $2`,
      [applicationId, now],
    );
    const most = this.config.SECRETS_PER_APPLICATION;
    if ((row?.live ?? 0) >= most) throw new Conflict(limitText(most));
  }

  /** A form that was sent twice deserves a better word than "taken". */
  private async nameTaken(user: Owner, applicationId: string, name: string, now: Date) {
    const justNow = new Date(now.getTime() - 2 * 60_000);
    const [twin] = await this.dataSource.query<unknown[]>(
      `select 1 from secrets where application_id = $1 and lower(name) = lower($2)
       and deleted_at is null and created_by = $3 and created_at > $4`,
      [applicationId, name, user.id, justNow],
    );
    return twin
      ? 'You created a secret of this name a moment ago, perhaps with this very form. ' +
          'If you did not see its value, delete it and create another one.'
      : 'Another secret of this application has this name. Choose another name.';
  }
}

/** What the page says beside the button and the service says when it is pressed all the same (S8). */
export function limitText(most: number): string {
  return `An application can have up to ${most} secrets at a time. Delete one that is no longer used.`;
}

function about(application: ApplicationRow, secret: Secret) {
  return {
    subject: { kind: 'secret', id: secret.id, name: secret.name },
    applicationId: application.id,
    organisationId: application.organisation_id,
  };
}
