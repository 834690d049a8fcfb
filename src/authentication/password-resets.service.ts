import { Injectable } from '@nestjs/common';
import { randomBytes } from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { speaking, t } from '../platform/language/speaking.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { cleanName } from '../platform/plain-text.js';
import { Conflict, Invalid, NotFound, Refusal } from '../platform/refusals.js';
import { languageOfAccount } from '../users/account-language.js';
import { AccountNotices } from '../users/account-notices.service.js';
import { holdAccount } from '../users/first-sign-in.js';
import { User } from '../users/user.entity.js';
import { BreachedPasswords } from './breached-passwords.js';
import { codesInTotal, Factors } from './factor.service.js';
import { hashPassword } from './password-hash.js';
import { passwordResetMail } from './password-reset-mail.js';
import { PasswordReset } from './password-reset.entity.js';
import { problemOfPassword } from './password-rule.js';
import { refuseIdentityCheck } from './resets.service.js';
import { type Origin, Sessions } from './sessions.service.js';

const hours = 24;

/** Who chooses another password. */
export interface Forgetful {
  id: string;
  name: string;
  email: string;
  organisationId: string | null;
  organisation: string | null;
  /** Without one a code cannot be asked for: IT has reset it, or it was never set up. */
  hasFactor: boolean;
}

/**
 * A forgotten password: IT sends a link after an identity check, and never learns or chooses the new one.
 * The link asks for the second factor too (ASVS 6.4.3, 6.4.6).
 */
@Injectable()
export class PasswordResets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly factors: Factors,
    private readonly breached: BreachedPasswords,
    private readonly outbox: Outbox,
    private readonly notices: AccountNotices,
    private readonly keys: Keys,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @throws Invalid, NotFound, Conflict */
  async send(actor: Actor, userId: string, identityCheck: string): Promise<void> {
    refuseIdentityCheck(actor, userId, identityCheck);
    await inTransaction(this.dataSource, async (tx) => {
      const user = await holdAccount(tx, userId);
      if (!user) throw new NotFound('no such account, or closed');
      if (!user.activatedAt) {
        throw new Conflict(() => t`This person has not signed in yet. Send the invitation again.`);
      }
      const token = randomBytes(32).toString('base64url');
      const now = this.clock.now();
      const until = new Date(now.getTime() + hours * 3_600_000);
      const tokenDigest = this.keys.digest('password reset', token).digest;
      // An earlier link is void.
      await tx.upsert(PasswordReset, { userId, tokenDigest, createdAt: now, expiresAt: until }, [
        'userId',
      ]);
      const mail = speaking(await languageOfAccount(tx, userId), () =>
        passwordResetMail(user.email, token, { now, until }, this.config),
      );
      const to = { name: user.name, address: user.email };
      await this.outbox.enqueue(tx, { kind: 'notice', userId, to, ...mail });
      const detail = { identityCheck: cleanName(identityCheck) };
      await this.record(tx, actor, user, 'password.send_reset', { detail });
    });
    this.outbox.kick();
  }

  /** Whom a link is for. @throws ResetGone for one that is unknown, used, replaced or too old */
  async asked(token: string): Promise<Forgetful> {
    const [row] = await this.dataSource.query<Forgetful[]>(
      `select u.id, u.name, u.email, u.organisation_id as "organisationId", o.name as organisation,
         exists (select 1 from totp_factors f where f.user_id = u.id) as "hasFactor"
       from password_resets r join users u on u.id = r.user_id
       left join organisations o on o.id = u.organisation_id
       where r.token_digest = any($1) and r.expires_at > $2 and u.closed_at is null`,
      [this.keys.digests('password reset', token), this.clock.now()],
    );
    if (!row) throw new ResetGone();
    return row;
  }

  /**
   * Sets the password and uses the link up, in one step; every session ends.
   * @param code of the authenticator app, or a recovery code
   * @throws Invalid for `password` or `code`, TooMany, FactorOff, ResetGone
   */
  async finish(token: string, password: string, code: string, origin: Origin): Promise<void> {
    const user = await this.asked(token);
    const problem = problemOfPassword(password, user);
    if (problem) throw new Invalid({ password: problem });
    await this.breached.refuse('password', password);
    // Before anything is judged, and kept when it is refused.
    const tries = user.hasFactor ? await this.factors.countGuess(user.id) : undefined;
    const actor = { id: user.id, name: user.name, address: origin.address };
    const passwordHash = await hashPassword(password);
    await inTransaction(this.dataSource, async (tx) => {
      if (!(await holdAccount(tx, user.id))) throw new ResetGone();
      await this.useUp(tx, user.id, token);
      await this.prove(tx, user.id, code);
      await tx.update(User, { id: user.id }, { passwordHash });
      await this.sessions.endAllOf(tx, user.id);
      await this.record(tx, actor, user, 'password.reset');
      await this.notices.tell(tx, user, 'password changed', origin.address);
    }).catch((error: unknown) => this.tell(error, actor, user, tries?.inTotal));
    await this.factors.forgetTries(user.id);
    this.notices.send();
  }

  /** Of parallel tries one gets the row. */
  private async useUp(tx: Tx, userId: string, token: string): Promise<void> {
    const used = await tx.query<[unknown, number]>(
      `delete from password_resets where user_id = $1 and token_digest = any($2) and expires_at > $3`,
      [userId, this.keys.digests('password reset', token), this.clock.now()],
    );
    if (used[1] !== 1) throw new ResetGone();
  }

  /** A factor that was set up meanwhile counts as well. */
  private async prove(tx: Tx, userId: string, code: string): Promise<void> {
    const [factor] = await tx.query<unknown[]>(`select 1 from totp_factors where user_id = $1`, [
      userId,
    ]);
    if (!factor) return;
    if (/^\s*(\d\s*){6}$/.test(code)) await this.factors.useCode(tx, userId, code, 'code');
    else await this.factors.useRecoveryCode(tx, userId, code, 'code');
  }

  /** A wrong code is audited in a transaction of its own: the one that failed is rolled back. */
  private async tell(error: unknown, actor: Actor, user: Forgetful, inTotal?: number) {
    if (!(error instanceof Invalid)) throw error;
    await inTransaction(this.dataSource, async (tx) => {
      await this.record(tx, actor, user, 'password.reset', { outcome: 'refused' });
      if (inTotal !== codesInTotal) return;
      await this.record(tx, actor, user, 'factor.off');
      await this.notices.tell(tx, user, 'factor off', actor.address);
    });
    this.notices.send();
    throw error;
  }

  private record(
    tx: Tx,
    actor: Actor,
    { id, email, organisationId }: Pick<User, 'id' | 'email' | 'organisationId'>,
    action: string,
    more: { outcome?: 'refused'; detail?: Record<string, unknown> } = {},
  ): Promise<void> {
    const subject = { kind: 'user', id, name: email };
    return this.audit.record(tx, actor, { action, subject, organisationId, ...more });
  }
}

/** Unknown, used, replaced and expired links look alike. */
export class ResetGone extends Refusal {
  constructor() {
    super(410, 'reset_gone', () => t`This link was used already, or its time is over.`);
  }
}
