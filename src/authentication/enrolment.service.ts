import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Invalid, Refusal, SignInNeeded } from '../platform/refusals.js';
import { AccountNotices } from '../users/account-notices.service.js';
import { holdAccount, revokeInvitations, undoFirstSignIn } from '../users/first-sign-in.js';
import { User } from '../users/user.entity.js';
import { Session, TotpFactor } from './authentication.entity.js';
import { BreachedPasswords } from './breached-passwords.js';
import { Factors } from './factor.service.js';
import { hashPassword } from './password-hash.js';
import { problemOfPassword } from './password-rule.js';
import { type LiveSession, type Origin, Sessions } from './sessions.service.js';
import { newTotpKey, totpStep } from './totp.js';

const enrolmentMinutes = 15;

/** Whom an invitation is for. */
export interface Invited {
  id: string;
  name: string;
  email: string;
  organisationId: string | null;
  /** Name of the organisation; null for operator staff. */
  organisation: string | null;
}

/** The first sign-in (R2): invitation, password, factor, recovery codes; no step can be skipped. */
@Injectable()
export class Enrolment {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly factors: Factors,
    private readonly keys: Keys,
    private readonly audit: Audit,
    private readonly notices: AccountNotices,
    private readonly breached: BreachedPasswords,
    private readonly clock: Clock,
  ) {}

  /**
   * Whom an invitation is for. It is for the first sign-in only.
   * @throws Refusal 410 for one that is unknown, used, revoked or older than it may be, and for
   *   somebody who has signed in already
   */
  async invited(token: string): Promise<Invited> {
    const [row] = await this.dataSource.query<Invited[]>(
      `select u.id, u.name, u.email, u.organisation_id as "organisationId", o.name as organisation
       from invitations i join users u on u.id = i.user_id
       left join organisations o on o.id = u.organisation_id
       where i.token_digest = any($1) and i.used_at is null and i.revoked_at is null
         and i.expires_at > $2 and u.closed_at is null and u.activated_at is null`,
      [this.keys.digests('invitation', token), this.clock.now()],
    );
    if (!row) throw new InvitationGone();
    return row;
  }

  /**
   * Sets the password and uses the invitation up, in one step: of two parallel tries one succeeds.
   * @returns the cookie's value of a session that must enrol a factor next
   */
  async accept(token: string, password: string, origin: Origin): Promise<string> {
    const user = await this.invited(token);
    const problem = problemOfPassword(password, user);
    if (problem) throw new Invalid({ password: problem });
    await this.breached.refuse('password', password);
    const passwordHash = await hashPassword(password);
    return inTransaction(this.dataSource, async (tx) => {
      const held = await holdAccount(tx, user.id);
      if (!held || held.activatedAt) throw new InvitationGone();
      const used = await tx.query<[unknown, number]>(
        `update invitations set used_at = $2 where token_digest = any($1)
         and used_at is null and revoked_at is null and expires_at > $2`,
        [this.keys.digests('invitation', token), this.clock.now()],
      );
      if (used[1] !== 1) throw new InvitationGone();
      await revokeInvitations(tx, user.id, this.clock.now());
      await undoFirstSignIn(tx, user.id);
      await tx.update(User, { id: user.id }, { passwordHash });
      await this.audit.record(tx, actorOf(user, origin), {
        action: 'invitation.accept',
        subject: { kind: 'user', id: user.id, name: user.email },
        organisationId: user.organisationId,
      });
      return this.sessions.start(tx, user.id, 'enrolment', origin);
    });
  }

  /** The key to be scanned: made by us, bound to this session, void after a quarter of an hour. */
  async key(session: Session): Promise<string> {
    const now = this.clock.now();
    const oldest = new Date(now.getTime() - enrolmentMinutes * 60_000);
    const sealed = this.keys.seal(`sessions ${session.id}`, newTotpKey());
    // Of parallel requests one makes the key; the others, and later ones, show that one.
    await this.dataSource.query(
      `update sessions set sealed_enrolment = $2, enrolment_started_at = $3
       where id = $1 and stage = 'enrolment' and (sealed_enrolment is null
         or enrolment_started_at is null or enrolment_started_at <= $4)`,
      [session.id, sealed, now, oldest],
    );
    const current = await this.dataSource
      .getRepository(Session)
      .findOneBy({ id: session.id, stage: 'enrolment' });
    if (!current?.sealedEnrolment) throw new SignInNeeded('/sign-in');
    return this.keys.open(`sessions ${session.id}`, current.sealedEnrolment);
  }

  /**
   * Confirms the factor by its first code.
   * @returns the ten recovery codes, to be shown this once, and the new cookie value
   */
  async confirm(
    { session, viewer }: LiveSession,
    code: string,
  ): Promise<{ codes: string[]; token: string }> {
    await this.factors.countTry(viewer.id);
    const key = await this.key(session);
    const step = totpStep(key, code, this.clock.now());
    if (step === undefined) {
      throw new Invalid({
        code: () => t`This code is not right. Type the six digits your app shows now for Keyturn.`,
      });
    }
    const now = this.clock.now();
    const result = await inTransaction(this.dataSource, async (tx) => {
      const held = await holdAccount(tx, viewer.id);
      if (!held) throw new SignInNeeded('/sign-in');
      const sealedKey = this.keys.seal(`totp_factors ${viewer.id}`, key);
      const made = await tx
        .createQueryBuilder()
        .insert()
        .into(TotpFactor)
        .values({ userId: viewer.id, sealedKey, confirmedAt: now, lastStep: String(step) })
        .orIgnore()
        .returning('user_id')
        .execute();
      if ((made.raw as unknown[]).length !== 1) {
        throw new Conflict(() => t`An authenticator app is set up for this account already.`);
      }
      await revokeInvitations(tx, viewer.id, now);
      const codes = await this.factors.replaceRecoveryCodes(tx, viewer.id);
      await tx.update(Session, { id: session.id }, { sealedEnrolment: null });
      const token = await this.sessions.move(tx, session, 'recovery_codes', 'factor proved');
      await this.audit.record(tx, viewer, {
        action: 'factor.enrol',
        subject: { kind: 'user', id: viewer.id, name: viewer.email },
        organisationId: viewer.organisationId,
      });
      // At the first sign-in there is nothing that a stranger could have changed.
      if (held.activatedAt) await this.notices.tell(tx, viewer, 'factor set up', viewer.address);
      return { codes, token };
    });
    await this.factors.forgetTries(viewer.id);
    this.notices.send();
    return result;
  }

  /** New recovery codes; the earlier ones are void. */
  async renewRecoveryCodes({ session, viewer }: LiveSession): Promise<string[]> {
    const renewed = await inTransaction(this.dataSource, async (tx) => {
      const codes = await this.factors.replaceRecoveryCodes(tx, viewer.id);
      await this.audit.record(tx, viewer, {
        action: 'recovery_codes.renew',
        subject: { kind: 'user', id: viewer.id, name: viewer.email },
        organisationId: viewer.organisationId,
      });
      if (session.stage === 'full') {
        await this.notices.tell(tx, viewer, 'recovery codes renewed', viewer.address);
      }
      return codes;
    });
    this.notices.send();
    return renewed;
  }

  /** The codes are stored: signed in. @returns the new cookie value */
  finish({ session, viewer }: LiveSession): Promise<string> {
    const now = this.clock.now();
    return inTransaction(this.dataSource, async (tx) => {
      const held = await holdAccount(tx, viewer.id);
      if (!held) throw new SignInNeeded('/sign-in');
      const token = await this.sessions.move(tx, session, 'full', 'no factor');
      const activatedAt = held.activatedAt ?? now;
      await tx.update(
        User,
        { id: viewer.id },
        { lastSignInAt: now, activatedAt, language: viewer.language },
      );
      await revokeInvitations(tx, viewer.id, now);
      await this.audit.record(tx, viewer, {
        action: 'session.sign_in',
        subject: { kind: 'user', id: viewer.id, name: viewer.email },
        organisationId: viewer.organisationId,
        detail: { factor: 'enrolment' },
      });
      return token;
    });
  }
}

/** Unknown, used, revoked and expired invitations look alike. */
export class InvitationGone extends Refusal {
  constructor() {
    super(410, 'invitation_gone', () => t`This invitation was used already, or its time is over.`);
  }
}

function actorOf(user: Invited, origin: Origin) {
  return { id: user.id, name: user.name, address: origin.address };
}
