import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Limits } from '../platform/limits/limits.js';
import { Invalid, type Refusal, SignInNeeded } from '../platform/refusals.js';
import { User } from '../users/user.entity.js';
import type { Session, SessionStage } from './authentication.entity.js';
import { Factors } from './factor.service.js';
import { passwordFits } from './password-hash.js';
import { type LiveSession, type Origin, Sessions } from './sessions.service.js';
import type { Viewer } from './viewer.js';

const perAccount = { most: 10, seconds: 15 * 60 };
const perAddress = { most: 100, seconds: 15 * 60 };
/** RFC 5321 section 4.5.3.1. */
const longestAddress = 254;
const tooMany = 'Too many tries to sign in. Please wait a quarter of an hour.';

/** Password, then second factor: each step gives the session a new identifier (R1, R10). */
@Injectable()
export class SignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly factors: Factors,
    private readonly limits: Limits,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * The first step.
   * @returns the cookie's value, and whether a code or the enrolment of a factor comes next
   * @throws Invalid alike for an unknown user and a wrong password, and after the same time
   */
  async withPassword(
    email: string,
    password: string,
    origin: Origin,
  ): Promise<{ token: string; stage: SessionStage }> {
    const address = email.trim().toLowerCase();
    // No account has such an address, and the database cannot even be asked about a NUL.
    if (address.length > longestAddress || /\p{Cc}/u.test(address)) throw notRight();
    await this.limits.count(`address ${origin.address}`, perAddress, tooMany);
    await this.limits.count(`password ${address}`, perAccount, tooMany);
    const user = await this.findActive(address);
    if (!(await passwordFits(password, user?.passwordHash ?? null)) || !user) {
      if (user) await this.refused(user, origin, 'wrong password');
      throw notRight();
    }
    await this.limits.forget(`password ${address}`);
    const stage = (await this.factors.has(user.id)) ? 'code' : 'enrolment';
    const token = await inTransaction(this.dataSource, (tx) =>
      this.sessions.start(tx, user.id, stage, origin),
    );
    return { token, stage };
  }

  /** The second step, by TOTP code. @returns the new cookie value */
  withCode({ session, viewer }: LiveSession, code: string): Promise<string> {
    return this.secondStep(session, viewer, 'TOTP code', (tx) =>
      this.factors.useCode(tx, viewer.id, code, 'code'),
    );
  }

  /** The second step, by recovery code. @returns the new cookie value */
  withRecoveryCode({ session, viewer }: LiveSession, recoveryCode: string): Promise<string> {
    return this.secondStep(session, viewer, 'recovery code', (tx) =>
      this.factors.useRecoveryCode(tx, viewer.id, recoveryCode),
    );
  }

  /**
   * A code within a session: before a change (R9), or to revive a locked one (R10).
   * @returns the new cookie value
   * @throws SignInNeeded when another request has moved the session on or ended it
   */
  async again({ session, viewer }: LiveSession, code: string, field: string): Promise<string> {
    await this.factors.countTry(viewer.id);
    const token = await inTransaction(this.dataSource, async (tx) => {
      await this.factors.useCode(tx, viewer.id, code, field);
      return this.sessions.move(tx, session, 'full', 'factor proved');
    }).catch((error: Refusal) => this.tell(error, session, viewer, 'step-up'));
    await this.factors.forgetTries(viewer.id);
    return token;
  }

  async signOut(session: Session, viewer: Viewer): Promise<void> {
    await this.sessions.end(session.id);
    await this.audit.record(this.dataSource.manager, viewer, {
      action: 'session.sign_out',
      subject: { kind: 'user', id: viewer.id, name: viewer.email },
      organisationId: viewer.organisationId,
    });
  }

  private async secondStep(
    session: Session,
    viewer: Viewer,
    factor: string,
    prove: (tx: Tx) => Promise<void>,
  ): Promise<string> {
    await this.factors.countTry(viewer.id);
    const token = await inTransaction(this.dataSource, async (tx) => {
      await prove(tx);
      const moved = await this.sessions.move(tx, session, 'full', 'factor proved');
      await tx.update(User, { id: viewer.id }, { lastSignInAt: this.clock.now() });
      await this.audit.record(tx, viewer, {
        action: 'session.sign_in',
        subject: { kind: 'user', id: viewer.id, name: viewer.email },
        organisationId: viewer.organisationId,
        detail: { factor },
      });
      return moved;
    }).catch((error: Refusal) => this.tell(error, session, viewer, factor));
    await this.factors.forgetTries(viewer.id);
    return token;
  }

  /** The refusal is audited in a transaction of its own: the one that failed is rolled back. */
  private async tell(
    error: Refusal,
    session: Session,
    viewer: Viewer,
    factor: string,
  ): Promise<never> {
    if (error instanceof Invalid) {
      // The same form sent twice: its first copy has used the code, and the person is in.
      if (await this.sessions.isOvertaken(session)) throw new SignInNeeded('/sign-in');
      await this.audit.record(this.dataSource.manager, viewer, {
        action: 'session.sign_in',
        subject: { kind: 'user', id: viewer.id, name: viewer.email },
        organisationId: viewer.organisationId,
        outcome: 'refused',
        detail: { factor },
      });
    }
    throw error;
  }

  private async refused(user: User, origin: Origin, reason: string): Promise<void> {
    await this.audit.record(
      this.dataSource.manager,
      { id: null, name: 'Someone not signed in', address: origin.address },
      {
        action: 'session.sign_in',
        subject: { kind: 'user', id: user.id, name: user.email },
        organisationId: user.organisationId,
        outcome: 'refused',
        detail: { reason },
      },
    );
  }

  private findActive(email: string): Promise<User | null> {
    return this.dataSource
      .getRepository(User)
      .createQueryBuilder('u')
      .where('u.email = :email and u.closed_at is null', { email })
      .getOne();
  }
}

/** Alike for an unknown address and a wrong password. */
function notRight(): Invalid {
  return new Invalid({ password: 'E-mail address or password is not right.' });
}
