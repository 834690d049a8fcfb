import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { Limits } from '../platform/limits/limits.js';
import { networkOf } from '../platform/limits/network-of.js';
import { FactorOff, Invalid, type Refusal, SignInNeeded } from '../platform/refusals.js';
import { AccountNotices } from '../users/account-notices.service.js';
import { holdAccount } from '../users/first-sign-in.js';
import { User } from '../users/user.entity.js';
import type { Session, SessionStage } from './authentication.entity.js';
import { deviceOf, newDevice } from './devices.js';
import { codesInTotal, codesInWindow, Factors } from './factor.service.js';
import { isNewPlace } from './new-place.js';
import { PasskeyRefused } from './passkey-answer.js';
import { PasskeyChallenges } from './passkey-challenges.service.js';
import { Passkeys } from './passkeys.service.js';
import { passwordFits } from './password-hash.js';
import { RefusedSignIns } from './refused-sign-ins.service.js';
import { type LiveSession, type Origin, Sessions } from './sessions.service.js';
import type { Viewer } from './viewer.js';

const seconds = 15 * 60;
/** Of one account from one network, or from a browser that it has signed in with before. */
const perPlace = { most: 10, seconds };
/** Of one account from everywhere else together. */
const perAccount = { most: 100, seconds };
const perNetwork = { most: 100, seconds };
/** RFC 5321 section 4.5.3.1. */
const longestAddress = 254;
const tooMany = () => t`Too many tries to sign in. Please wait a quarter of an hour.`;

/** What a second factor is proved with within a session: six digits, or a passkey's answer. */
export type Proof = { code: string } | { passkey: string };

/** Password, then second factor: each step gives the session a new identifier (R1, R10). */
@Injectable()
export class SignIn {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly factors: Factors,
    private readonly passkeys: Passkeys,
    private readonly challenges: PasskeyChallenges,
    private readonly limits: Limits,
    private readonly refused: RefusedSignIns,
    private readonly notices: AccountNotices,
    private readonly keys: Keys,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * The first step.
   * @param device the cookie of a browser in which this account may have signed in before
   * @returns the cookie's value, and whether a code or the enrolment of a factor comes next
   * @throws Invalid alike for an unknown user and a wrong password, and after the same time
   */
  async withPassword(
    email: string,
    password: string,
    origin: Origin,
    device?: string,
  ): Promise<{ token: string; stage: SessionStage }> {
    const address = email.trim().toLowerCase();
    // No account has such an address, and the database cannot even be asked about a NUL.
    if (address.length > longestAddress || /\p{Cc}/u.test(address)) throw notRight();
    const tries = await this.countPassword(address, networkOf(origin.address), device);
    const user = await this.findActive(address);
    if (!(await passwordFits(password, user?.passwordHash ?? null)) || !user) {
      if (user) this.refused.take(user, origin.address);
      throw notRight();
    }
    await this.limits.forget(tries);
    const stage = (await this.factors.has(user.id)) ? 'code' : 'enrolment';
    const token = await inTransaction(this.dataSource, async (tx) => {
      // Changed, or made void, while it was being judged.
      const held = await holdAccount(tx, user.id);
      if (held?.passwordHash !== user.passwordHash) throw notRight();
      return this.sessions.start(tx, user.id, stage, origin);
    });
    return { token, stage };
  }

  /**
   * The second step, by TOTP code.
   * @param device the cookie of a browser in which this account may have signed in before
   * @returns the new cookie value
   */
  withCode({ session, viewer }: LiveSession, code: string, device?: string): Promise<string> {
    return this.secondStep(session, viewer, 'TOTP code', 'factor proved', async (tx) => {
      await this.factors.useCode(tx, viewer.id, code, 'code');
      await this.tellOfNewPlace(tx, viewer, device);
    });
  }

  /** The second step, by the JSON answer of a passkey. @returns the new cookie value */
  withPasskey({ session, viewer }: LiveSession, answer: string, device?: string): Promise<string> {
    return this.secondStep(session, viewer, 'passkey', 'factor proved', async (tx) => {
      await this.passkeys.use(tx, session, 'sign-in', answer, 'passkey');
      await this.tellOfNewPlace(tx, viewer, device);
    });
  }

  /**
   * The second step, by recovery code. It signs in; changes still ask for a code of the app (R9).
   * @returns the new cookie value
   */
  withRecoveryCode({ session, viewer }: LiveSession, recoveryCode: string): Promise<string> {
    return this.secondStep(session, viewer, 'recovery code', 'no factor', async (tx) => {
      await this.factors.useRecoveryCode(tx, viewer.id, recoveryCode);
      await this.notices.tell(tx, viewer, 'recovery code used', viewer.address);
    });
  }

  /** A browser that this account knows is no new place, wherever it is. */
  private async tellOfNewPlace(tx: Tx, viewer: Viewer, device?: string): Promise<void> {
    if (deviceOf(this.keys, viewer.email, device)) return;
    if (!(await isNewPlace(tx, viewer.id, viewer.address ?? '', this.clock.now()))) return;
    await this.notices.tell(tx, viewer, 'new place', viewer.address);
  }

  /** What the browser keeps after a complete sign-in, in a cookie. */
  deviceFor({ email }: Viewer): string {
    return newDevice(this.keys, email);
  }

  /**
   * A second factor within a session: before a change (R9), or to revive a locked one (R10).
   * @param names of the fields that a refusal is about
   * @returns the new cookie value
   * @throws SignInNeeded when another request has moved the session on or ended it
   */
  async again(
    { session, viewer }: LiveSession,
    proof: Proof,
    names: { code: string; passkey: string },
  ): Promise<string> {
    const tries = await this.factors.countGuess(viewer.id);
    const token = await inTransaction(this.dataSource, async (tx) => {
      if ('code' in proof) await this.factors.useCode(tx, viewer.id, proof.code, names.code);
      else await this.passkeys.use(tx, session, 'step-up', proof.passkey, names.passkey);
      return this.sessions.move(tx, session, 'full', 'factor proved');
    }).catch((error: Refusal) => this.tell(error, session, viewer, 'step-up', tries));
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
    proof: 'factor proved' | 'no factor',
    prove: (tx: Tx) => Promise<void>,
  ): Promise<string> {
    const tries = await this.factors.countGuess(viewer.id);
    const token = await inTransaction(this.dataSource, async (tx) => {
      const held = await holdAccount(tx, viewer.id);
      if (!held) throw new SignInNeeded('/sign-in');
      await prove(tx);
      // Whoever left before the recovery codes were stored has that still to do (R2).
      const stage = held.activatedAt ? 'full' : 'recovery_codes';
      const moved = await this.sessions.move(tx, session, stage, proof);
      await tx.update(
        User,
        { id: viewer.id },
        // Who has chosen none gets mails in the language of the browser.
        { lastSignInAt: this.clock.now(), language: viewer.language },
      );
      await this.audit.record(tx, viewer, {
        action: 'session.sign_in',
        subject: { kind: 'user', id: viewer.id, name: viewer.email },
        organisationId: viewer.organisationId,
        detail: { factor },
      });
      return moved;
    }).catch((error: Refusal) => this.tell(error, session, viewer, factor, tries));
    await this.factors.forgetTries(viewer.id);
    this.notices.send();
    return token;
  }

  /**
   * Guesses elsewhere never use up the tries of a browser that this account has signed in with.
   * @returns what is to be forgotten after a success
   * @throws TooMany
   */
  private async countPassword(
    address: string,
    network: string,
    cookie: string | undefined,
  ): Promise<string> {
    // What was typed may be nobody's address, or a password in the wrong field: it is not kept.
    const account = `password ${this.keys.digest('typed address', address).digest.toString('hex')}`;
    const device = deviceOf(this.keys, address, cookie);
    const place = device ? `${account} browser ${device}` : `${account} ${network}`;
    await this.limits.count(`address ${network}`, perNetwork, tooMany);
    await this.limits.count(place, perPlace, tooMany);
    if (!device) await this.limits.count(account, perAccount, tooMany);
    return place;
  }

  /** The refusal is audited in a transaction of its own: the one that failed is rolled back. */
  private async tell(
    error: Refusal,
    session: Session,
    viewer: Viewer,
    factor: string,
    tries: { inWindow: number; inTotal: number },
  ): Promise<never> {
    if (!(error instanceof Invalid)) throw error;
    // The same form sent twice: its first copy has used the code, and the person is in.
    if (await this.sessions.isOvertaken(session)) throw new SignInNeeded('/sign-in');
    const off = tries.inTotal === codesInTotal;
    await inTransaction(this.dataSource, async (tx) => {
      const about = {
        subject: { kind: 'user', id: viewer.id, name: viewer.email },
        organisationId: viewer.organisationId,
      };
      await this.audit.record(tx, viewer, {
        ...about,
        action: 'session.sign_in',
        outcome: 'refused',
        detail: { factor, ...(error instanceof PasskeyRefused && { reason: error.record }) },
      });
      // Its challenge was given back when the transaction was undone; it counts once all the same.
      if (error instanceof PasskeyRefused) await this.challenges.forget(tx, session);
      if (off) {
        await this.audit.record(tx, viewer, { ...about, action: 'factor.off' });
        await this.notices.tell(tx, viewer, 'factor off', viewer.address);
      } else if (tries.inWindow === codesInWindow) {
        await this.notices.tell(tx, viewer, 'wrong codes', viewer.address);
      }
    });
    this.notices.send();
    throw off ? new FactorOff() : error;
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
  return new Invalid({ password: () => t`E-mail address or password is not right.` });
}
