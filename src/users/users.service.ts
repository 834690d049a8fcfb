import { Injectable } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Organisation } from '../organisations/organisation.entity.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { invitationLanguage } from '../platform/language/mail-language.js';
import { speaking, t } from '../platform/language/speaking.js';
import { renderMail } from '../platform/mail/mail-views.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Conflict, Invalid, NotFound } from '../platform/refusals.js';
import { instantText } from '../platform/words.js';
import { AccountNotices } from './account-notices.service.js';
import { holdAccount, revokeInvitations, undoFirstSignIn } from './first-sign-in.js';
import { holdIt } from './it-staff.js';
import { Invitation, User } from './user.entity.js';
import { checkedUser } from './user-values.js';

export interface UserWish {
  email: string;
  name: string;
  /** Null for operator staff. */
  organisationId: string | null;
}

/**
 * Portal accounts: invited, active, closed. Within another transaction (`within`) the caller lets the
 * mails go when it is committed.
 */
@Injectable()
export class Users {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly notices: AccountNotices,
    private readonly audit: Audit,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Makes an account and mails the invitation (R2). @throws Invalid, NotFound */
  async invite(actor: Actor, wish: UserWish, within?: Tx): Promise<User> {
    const user = this.checked(wish);
    try {
      await inTransaction(within ?? this.dataSource, async (tx) => {
        await tx.insert(User, user);
        await this.sendInvitation(tx, actor, user);
      });
    } catch (error) {
      if (violated(error, 'users_email_key')) {
        throw new Invalid({
          email: () => t`There is an account with this e-mail address already.`,
        });
      }
      if (violated(error, 'users_organisation_fkey')) throw new NotFound('no such organisation');
      throw error;
    }
    if (!within) this.outbox.kick();
    return user;
  }

  /** Mail to the address was refused, and it is good all the same: it counts as reachable. @throws NotFound */
  async addressChecked(actor: Actor, userId: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const user = await this.open(tx, userId);
      await tx.update(User, { id: user.id }, { addressCheckedAt: this.clock.now() });
      await this.audit.record(tx, actor, {
        action: 'user.address_checked',
        subject: { kind: 'user', id: user.id, name: user.name },
        organisationId: user.organisationId,
      });
    });
  }

  /**
   * A new invitation; the earlier ones are void, and so is what was begun with one.
   * @throws NotFound, Conflict
   */
  async inviteAgain(actor: Actor, userId: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const user = await this.open(tx, userId);
      if (user.activatedAt)
        throw new Conflict(() => t`This person has completed the first sign-in.`);
      await revokeInvitations(tx, userId, this.clock.now());
      await undoFirstSignIn(tx, userId);
      await this.sendInvitation(tx, actor, user);
    });
    this.outbox.kick();
  }

  /**
   * Makes the link of the open invitation void at once, and what was begun with an earlier one; who
   * accepts it at the same moment comes first or not at all. The account stays, and can be invited again.
   * @throws NotFound; Conflict when there is no invitation that can be revoked
   */
  async revokeInvitation(actor: Actor, userId: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const user = await this.open(tx, userId);
      if (user.activatedAt)
        throw new Conflict(() => t`This person has completed the first sign-in.`);
      const revoked = await revokeInvitations(tx, userId, this.clock.now());
      if (revoked === 0) {
        throw new Conflict(
          () => t`There is no open invitation of this person: it was used or revoked meanwhile.`,
        );
      }
      await undoFirstSignIn(tx, userId);
      // What still waits for the mail server would arrive with a dead link; what is on its way may.
      await tx.query(
        `update mails set state = 'discarded', sealed_body = null, finished_at = $2
         where id in (select id from mails where user_id = $1 and kind = 'invitation'
           and state = 'due' for update skip locked)`,
        [userId, this.clock.now()],
      );
      await this.audit.record(tx, actor, { action: 'user.revoke_invitation', ...about(user) });
    });
  }

  /**
   * @param within a transaction that this is a part of
   * @throws Invalid, NotFound
   */
  async rename(actor: Actor, userId: string, name: string, within?: Tx): Promise<void> {
    await inTransaction(within ?? this.dataSource, async (tx) => {
      const user = await this.open(tx, userId);
      const checked = checkedUser({ email: user.email, name });
      if (checked.name === user.name) return;
      await tx.update(User, { id: userId }, { name: checked.name });
      await this.audit.record(tx, actor, {
        action: 'user.change',
        ...about(user),
        detail: { name: `${user.name} → ${checked.name}` },
      });
    });
  }

  /** Closes an account; its sessions end at their next request (R7), its passkeys go, its secrets live on (R13). */
  async close(actor: Actor, userId: string, within?: Tx): Promise<void> {
    if (actor.id === userId) throw new Conflict(() => t`You cannot close your own account.`);
    await inTransaction(within ?? this.dataSource, async (tx) => {
      await holdIt(tx, actor, this.clock.now(), userId);
      const user = await this.open(tx, userId);
      await tx.update(User, { id: userId }, { closedAt: this.clock.now() });
      await revokeInvitations(tx, userId, this.clock.now());
      await tx.query(`delete from passkeys where user_id = $1`, [userId]);
      await this.audit.record(tx, actor, { action: 'user.close', ...about(user) });
      await this.notices.tell(tx, user, 'closed');
    });
    if (!within) this.outbox.kick();
  }

  private async open(tx: Tx, userId: string): Promise<User> {
    const user = await holdAccount(tx, userId);
    if (!user) throw new NotFound('no such account, or closed');
    return user;
  }

  private async sendInvitation(tx: Tx, actor: Actor, user: User): Promise<void> {
    const now = this.clock.now();
    const token = randomBytes(32).toString('base64url');
    const expiresAt = new Date(now.getTime() + this.config.INVITATION_HOURS * 3_600_000);
    await tx.insert(Invitation, {
      id: randomUUID(),
      userId: user.id,
      tokenDigest: this.keys.digest('invitation', token).digest,
      createdBy: actor.id,
      createdAt: now,
      expiresAt,
    });
    const organisation = user.organisationId
      ? await tx.findOneBy(Organisation, { id: user.organisationId })
      : null;
    const mail = speaking(invitationLanguage(user.language, organisation?.country), () => {
      const subject = t`Your invitation to Keyturn`;
      const model = {
        subject,
        name: user.name,
        organisation: organisation?.name,
        invitedBy: actor.name,
        link: `${this.config.PUBLIC_URL}/invitations/${token}`,
        validUntil: instantText(expiresAt),
        support: this.config.SUPPORT_ADDRESS,
      };
      return { subject, ...renderMail('invitation', model) };
    });
    const to = { name: user.name, address: user.email };
    await this.outbox.enqueue(tx, { kind: 'invitation', userId: user.id, to, ...mail });
    await this.audit.record(tx, actor, { action: 'user.invite', ...about(user) });
  }

  private checked({ organisationId, ...wish }: UserWish): User {
    return {
      id: randomUUID(),
      organisationId,
      ...checkedUser(wish),
      passwordHash: null,
      createdAt: this.clock.now(),
      activatedAt: null,
      lastSignInAt: null,
      closedAt: null,
    };
  }
}

function about(user: User) {
  return {
    subject: { kind: 'user', id: user.id, name: user.email },
    organisationId: user.organisationId,
  };
}
