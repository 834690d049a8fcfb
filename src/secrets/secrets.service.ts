import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isOwn, mayManage, maySee } from '../applications/permission.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Forbidden, Invalid, NotFound } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { freeStandardName } from './default-name.js';
import { daysLeft } from './expiry.js';
import { isNameTyped, usedRecently } from './in-use.js';
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

/**
 * Create, switch off, switch on, delete (S1–S10). A secret is never changed and never prolonged (S4).
 * `within` is a transaction that a call is a part of.
 */
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
  async issue(
    user: Actor,
    applicationId: string,
    wish: SecretWish,
    within?: Tx,
  ): Promise<IssuedSecret> {
    const createdAt = this.clock.now();
    const checked = checkedWish(wish, createdAt);
    try {
      return await inTransaction(within ?? this.dataSource, async (tx) => {
        const application = await this.managed(tx, user, applicationId);
        if (application.disabled) {
          throw new Conflict(() => t`This application is disabled, so it cannot get a secret now.`);
        }
        await this.checkLimit(tx, applicationId, createdAt);
        const name = checked.name ?? freeStandardName(await takenNames(tx, applicationId));
        const value = newValue();
        const secret = newSecret(this.keys, { applicationId }, { ...checked, name }, user, value);
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
          name: await this.nameTaken(user, applicationId, checked.name ?? '', createdAt),
        });
      }
      throw error;
    }
  }

  /**
   * Create before destroy: a secret is created only when the newest one that works has no more than
   * so many days left. One whose value is known to have been lost does not count.
   * @returns without a value: the one that is there
   */
  async issueWhenNeeded(
    user: Actor,
    applicationId: string,
    wish: SecretWish,
    minimumDays: number,
    within?: Tx,
  ): Promise<IssuedSecret | { secret: Secret; value?: undefined }> {
    return inTransaction(within ?? this.dataSource, async (tx) => {
      await this.managed(tx, user, applicationId);
      const secret = await this.newestLive(tx, applicationId);
      const enough = secret && daysLeft(secret.expiresAt, utcDay(this.clock.now())) > minimumDays;
      return enough ? { secret } : this.issue(user, applicationId, wish, tx);
    });
  }

  /** Stops a secret until it is switched on again (S10). Nothing changes when it is off already. */
  async switchOff(
    user: Actor,
    applicationId: string,
    secretId: string,
    within?: Tx,
  ): Promise<void> {
    const off = { disabledAt: this.clock.now(), disabledBy: user.id };
    const decide = (secret: Secret) => (secret.disabledAt ? undefined : off);
    await this.change(user, applicationId, secretId, 'secret.switch_off', decide, within);
  }

  /** @throws Conflict for an expired one: nothing would work again (S4) */
  async switchOn(user: Actor, applicationId: string, secretId: string, within?: Tx): Promise<void> {
    const decide = (secret: Secret) => {
      if (secret.expiresAt <= this.clock.now()) {
        throw new Conflict(
          () => t`This secret has expired. It cannot be switched on; create a new one.`,
        );
      }
      return secret.disabledAt ? { disabledAt: null, disabledBy: null } : undefined;
    };
    await this.change(user, applicationId, secretId, 'secret.switch_on', decide, within);
  }

  /** Ends a secret at once and for ever; the row stays as a tombstone (S9). */
  async delete(user: Actor, applicationId: string, secretId: string, within?: Tx): Promise<void> {
    const gone = { deletedAt: this.clock.now(), deletedBy: user.id };
    await this.change(user, applicationId, secretId, 'secret.delete', () => gone, within);
  }

  /**
   * The same for a person, who types the name of one that was used in the last days (S9).
   * @throws Invalid when it is not typed
   */
  async deleteByName(
    user: Actor,
    applicationId: string,
    secretId: string,
    typedName: string,
  ): Promise<void> {
    await this.change(user, applicationId, secretId, 'secret.delete', (secret) => {
      const now = this.clock.now();
      if (usedRecently(secret, now)) checkTyped(typedName, secret.name);
      return { deletedAt: now, deletedBy: user.id };
    });
  }

  private async change(
    user: Actor,
    applicationId: string,
    secretId: string,
    action: string,
    decide: (secret: Secret) => Partial<Secret> | undefined,
    within?: Tx,
  ): Promise<void> {
    await inTransaction(within ?? this.dataSource, async (tx) => {
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
  private async managed(tx: Tx, user: Actor, applicationId: string): Promise<ApplicationRow> {
    const { machine } = user;
    const [see, manage] = machine
      ? [isOwn('a', '$2'), 'true']
      : [maySee('a', '$2', '$3'), mayManage('a', '$2', '$3')];
    const [application] = await tx.query<ApplicationRow[]>(
      `select a.id, a.name, a.organisation_id, a.disabled_at is not null as disabled,
         ${manage} as may_manage
       from applications a
       where a.id = $1 and a.deleted_at is null and ${see}
       for update of a`,
      machine ? [applicationId, machine.applicationId] : [applicationId, user.id, this.clock.now()],
    );
    if (!application) throw new NotFound('no such application for this user');
    if (!application.may_manage) {
      throw new Forbidden(() => t`Only the credential managers of this application can do this.`);
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
    if ((row?.live ?? 0) >= most) throw new Conflict(() => limitText(most));
  }

  private newestLive(tx: Tx, applicationId: string): Promise<Secret | null> {
    return tx
      .createQueryBuilder(Secret, 'secret')
      .where('secret.application_id = :applicationId', { applicationId })
      .andWhere('secret.deleted_at is null and secret.disabled_at is null')
      .andWhere('secret.expires_at > :now', { now: this.clock.now() })
      .andWhere('(secret.lost_at is null or secret.last_used_at is not null)')
      .orderBy('secret.created_at', 'DESC')
      .addOrderBy('secret.expires_at', 'DESC')
      .getOne();
  }

  /** A form that was sent twice deserves a better word than "taken". */
  private async nameTaken(user: Actor, applicationId: string, name: string, now: Date) {
    const justNow = new Date(now.getTime() - 2 * 60_000);
    const [twin] = await this.dataSource.query<unknown[]>(
      `select 1 from secrets where application_id = $1 and lower(name) = lower($2)
       and deleted_at is null and created_by = $3 and created_at > $4`,
      [applicationId, name, user.id, justNow],
    );
    return twin
      ? () =>
          t`You created a secret of this name a moment ago, perhaps with this very form. If you did not see its value, delete it and create another one.`
      : () => t`Another secret of this application has this name. Choose another name.`;
  }
}

/** What the page says beside the button and the service says when it is pressed all the same (S8). */
export function limitText(most: number): string {
  return t`An application can have up to ${most} secrets at a time. Delete one that is no longer used.`;
}

async function takenNames(tx: Tx, applicationId: string): Promise<string[]> {
  const rows = await tx.query<{ name: string }[]>(
    `select name from secrets where application_id = $1 and deleted_at is null`,
    [applicationId],
  );
  return rows.map(({ name }) => name);
}

function checkTyped(typed: string, name: string): void {
  if (isNameTyped(typed, name)) return;
  throw new Invalid({
    confirmName: () =>
      typed.trim()
        ? t`This is not its name. Type “${name}” to delete it.`
        : t`Type “${name}” to delete it.`,
  });
}

function about(application: ApplicationRow, secret: Secret) {
  return {
    subject: { kind: 'secret', id: secret.id, name: secret.name },
    applicationId: application.id,
    organisationId: application.organisation_id,
  };
}
