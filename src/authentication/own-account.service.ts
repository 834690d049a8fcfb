import { Injectable } from '@nestjs/common';
import { DataSource, Not } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { Organisation } from '../organisations/organisation.entity.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import type { Language } from '../platform/language/languages.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Invalid } from '../platform/refusals.js';
import type { AccountEvent } from '../users/account-notice.js';
import { AccountNotices } from '../users/account-notices.service.js';
import { holdAccount } from '../users/first-sign-in.js';
import { User } from '../users/user.entity.js';
import { Session, TotpFactor } from './authentication.entity.js';
import { BreachedPasswords } from './breached-passwords.js';
import { Factors } from './factor.service.js';
import { OwnPassword } from './own-password.js';
import { hashPassword } from './password-hash.js';
import { problemOfPassword } from './password-rule.js';
import { factorIsFresh } from './session-rule.js';
import { type LiveSession, Sessions } from './sessions.service.js';
import { newTotpKey, totpStep } from './totp.js';
import type { Viewer } from './viewer.js';

const minutesToConfirm = 15;

/** What people do with their own account: password, authenticator app, sessions (R7, R10, A8, A11). */
@Injectable()
export class OwnAccount {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly factors: Factors,
    private readonly ownPassword: OwnPassword,
    private readonly keys: Keys,
    private readonly audit: Audit,
    private readonly notices: AccountNotices,
    private readonly breached: BreachedPasswords,
    private readonly clock: Clock,
  ) {}

  /** The open sessions of a user, the one used last first. */
  sessionsOf(userId: string): Promise<Session[]> {
    const oldest = new Date(this.clock.now().getTime() - this.sessions.settings.endAfter * 60_000);
    return this.dataSource
      .getRepository(Session)
      .createQueryBuilder('session')
      .where(`session.user_id = :userId and session.stage = 'full'`, { userId })
      .andWhere('session.seen_at > :oldest', { oldest })
      .orderBy('session.seen_at', 'DESC')
      .getMany();
  }

  /** Whether a change asks for a code: passwords are never carried over to the page that would. */
  needsCode({ session }: LiveSession): boolean {
    return !factorIsFresh(session, this.clock.now(), this.sessions.settings);
  }

  factorOf(userId: string): Promise<TotpFactor> {
    return this.dataSource.getRepository(TotpFactor).findOneByOrFail({ userId });
  }

  /** Sets the language of pages and mails. */
  async speak(userId: string, language: Language): Promise<void> {
    await this.dataSource.getRepository(User).update({ id: userId }, { language });
  }

  /** Ends one of one's own other sessions; one that is over already is no mistake. */
  async endSession({ viewer }: LiveSession, id: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const { affected } = await tx.delete(Session, { id, userId: viewer.id });
      if (affected) await this.tell(tx, viewer, 'session.end');
    });
  }

  /** Ends all of one's sessions but this one. */
  async endOtherSessions({ session, viewer }: LiveSession): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      await this.endOthers(tx, session);
      await this.tell(tx, viewer, 'session.end_others');
    });
  }

  /**
   * Sets another password; every other session ends.
   * @returns the new cookie value
   * @throws Invalid for `password` or `newPassword`, TooMany
   */
  async changePassword(live: LiveSession, password: string, newPassword: string): Promise<string> {
    const { session, viewer } = live;
    const organisation = await this.organisationOf(viewer);
    const problem = problemOfPassword(newPassword, { ...viewer, organisation });
    if (problem) throw new Invalid({ newPassword: problem });
    await this.breached.refuse('newPassword', newPassword);
    await this.ownPassword.prove(viewer, password);
    const passwordHash = await hashPassword(newPassword);
    const token = await inTransaction(this.dataSource, async (tx) => {
      await holdAccount(tx, viewer.id);
      const moved = await this.sessions.move(tx, session, 'full', 'no factor');
      await tx.update(User, { id: viewer.id }, { passwordHash });
      await this.endOthers(tx, session);
      await this.tell(tx, viewer, 'password.change', 'password changed');
      return moved;
    });
    this.notices.send();
    return token;
  }

  /**
   * Begins to replace the authenticator app; the route asks for a code of the old one (A8). The key
   * is made here, belongs to this session, and opens nothing until a code confirms it.
   * @throws Invalid for `password`, TooMany
   */
  async startFactor({ session, viewer }: LiveSession, password: string): Promise<string> {
    await this.ownPassword.prove(viewer, password);
    const key = newTotpKey();
    await this.dataSource.getRepository(Session).update(
      { id: session.id, stage: 'full' },
      {
        sealedEnrolment: this.keys.seal(`sessions ${session.id}`, key),
        enrolmentStartedAt: this.clock.now(),
      },
    );
    return key;
  }

  /** The key that waits to be confirmed; `undefined` when there is none or its time is over. */
  pendingKey({ session }: LiveSession): string | undefined {
    const oldest = this.clock.now().getTime() - minutesToConfirm * 60_000;
    if (!session.sealedEnrolment || !session.enrolmentStartedAt) return undefined;
    if (session.enrolmentStartedAt.getTime() <= oldest) return undefined;
    return this.keys.open(`sessions ${session.id}`, session.sealedEnrolment);
  }

  /**
   * Puts the new authenticator app in the place of the old one; every other session ends.
   * @returns the new cookie value
   * @throws Invalid for `code`, Conflict when no key waits
   */
  async confirmFactor(live: LiveSession, code: string): Promise<string> {
    const { session, viewer } = live;
    await this.factors.countTry(viewer.id);
    const key = this.pendingKey(live);
    if (!key)
      throw new Conflict(() => t`This took longer than a quarter of an hour. Please begin anew.`);
    const step = totpStep(key, code, this.clock.now());
    if (step === undefined) {
      throw new Invalid({
        code: () => t`This code is not right. Type the six digits of the new entry.`,
      });
    }
    const token = await inTransaction(this.dataSource, async (tx) => {
      await holdAccount(tx, viewer.id);
      const moved = await this.sessions.move(tx, session, 'full', 'factor proved');
      await tx.update(
        TotpFactor,
        { userId: viewer.id },
        {
          sealedKey: this.keys.seal(`totp_factors ${viewer.id}`, key),
          confirmedAt: this.clock.now(),
          lastStep: String(step),
        },
      );
      await tx.update(Session, { id: session.id }, { sealedEnrolment: null });
      await this.endOthers(tx, session);
      await this.tell(tx, viewer, 'factor.replace', 'factor replaced');
      return moved;
    });
    await this.factors.forgetTries(viewer.id);
    this.notices.send();
    return token;
  }

  private async organisationOf({ organisationId: id }: Viewer): Promise<string | undefined> {
    if (!id) return undefined;
    return (await this.dataSource.getRepository(Organisation).findOneBy({ id }))?.name;
  }

  private async endOthers(tx: Tx, session: Session): Promise<void> {
    await tx.delete(Session, { userId: session.userId, id: Not(session.id) });
  }

  private async tell(tx: Tx, viewer: Viewer, action: string, event?: AccountEvent): Promise<void> {
    await this.audit.record(tx, viewer, {
      action,
      subject: { kind: 'user', id: viewer.id, name: viewer.email },
      organisationId: viewer.organisationId,
    });
    if (event) await this.notices.tell(tx, viewer, event, viewer.address);
  }
}
