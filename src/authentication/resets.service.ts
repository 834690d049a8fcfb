import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { cleanName, problemOfLine } from '../platform/plain-text.js';
import { Conflict, Invalid, NotFound } from '../platform/refusals.js';
import { AccountNotices } from '../users/account-notices.service.js';
import { holdAccount, revokeInvitations } from '../users/first-sign-in.js';
import { RecoveryCode, TotpFactor } from './authentication.entity.js';
import { Factors } from './factor.service.js';
import { Passkey } from './passkey.entity.js';
import { PasswordReset } from './password-reset.entity.js';
import { Sessions } from './sessions.service.js';

/** Lost device: IT takes the factor away after an identity check; nobody sees the key (R12). */
@Injectable()
export class Resets {
  constructor(
    private readonly dataSource: DataSource,
    private readonly sessions: Sessions,
    private readonly factors: Factors,
    private readonly audit: Audit,
    private readonly notices: AccountNotices,
    private readonly clock: Clock,
  ) {}

  /**
   * Removes factor, recovery codes and passkeys and ends all sessions; the next sign-in forces an enrolment. The
   * way back is the password: no invitation opens the account.
   * @param identityCheck how the person was recognised, for the record
   * @throws Invalid, NotFound, Conflict
   */
  async resetFactor(actor: Actor, userId: string, identityCheck: string): Promise<void> {
    refuseIdentityCheck(actor, userId, identityCheck);
    await inTransaction(this.dataSource, async (tx) => {
      const user = await holdAccount(tx, userId);
      if (!user) throw new NotFound('no such account, or closed');
      await revokeInvitations(tx, userId, this.clock.now());
      await tx.delete(TotpFactor, { userId });
      await tx.delete(RecoveryCode, { userId });
      await this.sessions.endAllOf(tx, userId);
      await tx.delete(Passkey, { userId });
      // A link that was sent while there was a factor counts on it.
      await tx.delete(PasswordReset, { userId });
      await this.audit.record(tx, actor, {
        action: 'factor.reset',
        subject: { kind: 'user', id: user.id, name: user.email },
        organisationId: user.organisationId,
        detail: { identityCheck: cleanName(identityCheck) },
      });
      await this.notices.tell(tx, user, 'factor reset');
    });
    this.notices.send();
    await this.factors.forgetTries(userId);
  }

  /** Ends all sessions of somebody at once, without touching what they sign in with. @throws NotFound, Conflict */
  async endSessions(actor: Actor, userId: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const user = await holdAccount(tx, userId);
      if (!user) throw new NotFound('no such account, or closed');
      await this.sessions.endAllOf(tx, userId);
      await this.audit.record(tx, actor, {
        action: 'session.end_all',
        subject: { kind: 'user', id: user.id, name: user.email },
        organisationId: user.organisationId,
      });
    });
  }
}

/**
 * What IT does to somebody's means of signing in has a note of how they were recognised, and is never
 * done to oneself.
 * @throws Invalid, Conflict
 */
export function refuseIdentityCheck(actor: Actor, userId: string, identityCheck: string): void {
  if (identityCheck.trim() === '') {
    throw new Invalid({ identityCheck: () => t`Type how you checked who it is.` });
  }
  const problem = problemOfLine(identityCheck);
  if (problem) throw new Invalid({ identityCheck: problem });
  if (actor.id === userId) throw new Conflict(() => t`Somebody else in IT has to do this for you.`);
}
