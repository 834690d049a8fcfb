import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, IsNull } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Invalid, NotFound } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { holdIt } from '../users/it-staff.js';
import { User } from '../users/user.entity.js';
import { Application } from './application.entity.js';
import { RoleAssignment } from './role-assignment.entity.js';
import { Role } from './role.entity.js';
import { checkedTerms, type RoleTerms } from './role-terms.js';

export interface RoleWish extends RoleTerms {
  userId: string;
  /** Its key. */
  role: string;
  /** For a role in one application. */
  applicationId?: string;
}

/** Gives and withdraws roles (R3–R6). Who may call it is decided at the door: IT alone. */
@Injectable()
export class Roles {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * @param within a transaction that this is a part of
   * @throws Invalid, NotFound, Conflict
   */
  async give(actor: Actor, wish: RoleWish, within?: Tx): Promise<RoleAssignment> {
    try {
      return await inTransaction(within ?? this.dataSource, async (tx) => {
        const role = await this.givable(tx, wish.role);
        const terms = checkedTerms(wish, utcDay(this.clock.now()), role.level);
        const user = await tx.findOneBy(User, { id: wish.userId, closedAt: IsNull() });
        if (!user) throw new NotFound('no such account, or closed');
        const application = await this.applicationFor(tx, role, wish);
        const target = {
          applicationId: application?.id ?? null,
          ...this.placeOf(role, user, application),
        };
        if (actor.machine) await refuseOperator(tx, target.organisationId);
        await this.clearEnded(tx, wish.userId);
        const assignment = this.build(actor, wish, { ...terms, ...target });
        await tx.insert(RoleAssignment, assignment);
        await this.audit.record(tx, actor, {
          action: 'role.give',
          subject: { kind: 'user', id: user.id, name: user.email },
          applicationId: assignment.applicationId,
          organisationId: user.organisationId,
          detail: {
            role: role.key,
            roleName: role.builtIn ? undefined : role.name,
            application: application?.name,
            confirmedBy: terms.confirmedBy,
            confirmedOn: terms.confirmedOn,
            lastDay: wish.lastDay || undefined,
          },
        });
        return assignment;
      });
    } catch (error) {
      if (violated(error, 'role_assignments_live_key')) {
        throw new Conflict(() => t`This person has this role already.`);
      }
      if (violated(error, 'role_assignments_own_organisation_fkey')) {
        throw new Conflict(
          () => t`This person belongs to another organisation, so this role cannot be given.`,
        );
      }
      throw error;
    }
  }

  /** Ends a role now; open sessions lose it at their next request (R7). @throws NotFound, Conflict */
  async withdraw(actor: Actor, assignmentId: string, within?: Tx): Promise<void> {
    await inTransaction(within ?? this.dataSource, async (tx) => {
      // Who has a role and which one it is never change.
      const known = await tx.findOneBy(RoleAssignment, { id: assignmentId });
      const leaver = known?.role === 'it' ? known.userId : null;
      if (leaver && leaver === actor.id) {
        throw new Conflict(() => t`You cannot take the IT role from yourself.`);
      }
      await holdIt(tx, actor, this.clock.now(), leaver);
      const found = await tx.findOne(RoleAssignment, {
        where: { id: assignmentId, withdrawnAt: IsNull() },
        lock: { mode: 'pessimistic_write' },
      });
      if (!found) throw new NotFound('no such role, or withdrawn');
      await tx.update(
        RoleAssignment,
        { id: assignmentId },
        { withdrawnAt: this.clock.now(), withdrawnBy: actor.id },
      );
      const user = await tx.findOneByOrFail(User, { id: found.userId });
      await this.audit.record(tx, actor, {
        action: 'role.withdraw',
        subject: { kind: 'user', id: user.id, name: user.email },
        applicationId: found.applicationId,
        organisationId: user.organisationId,
        detail: await roleFacts(tx, found.role),
        kept: { assignmentId },
      });
    });
  }

  /** Held as it is until the end: nobody changes, ends or switches it off meanwhile. */
  private async givable(tx: Tx, key: string): Promise<Role> {
    const role = await tx.findOne(Role, { where: { key }, lock: { mode: 'pessimistic_read' } });
    if (!role) throw new Invalid({ role: () => t`Choose a role from the list.` });
    if (!role.active) {
      throw new Conflict(() => t`The role “${role.name}” is switched off, so it cannot be given.`);
    }
    if (role.endsAt && role.endsAt <= this.clock.now()) {
      throw new Conflict(() => t`The role “${role.name}” has ended, so it cannot be given.`);
    }
    return role;
  }

  private async applicationFor(
    tx: Tx,
    { level }: Role,
    { applicationId }: RoleWish,
  ): Promise<Application | null> {
    if (level !== 'application') return null;
    const application = applicationId
      ? await tx.findOneBy(Application, { id: applicationId, deletedAt: IsNull() })
      : null;
    if (!application) throw new Invalid({ applicationId: () => t`Choose an application.` });
    return application;
  }

  private placeOf({ key, level }: Role, user: User, application: Application | null) {
    if (level === 'platform' && user.organisationId) {
      throw new Conflict(() =>
        key === 'it'
          ? t`IT is for operator staff. This person belongs to an organisation.`
          : t`This role is for operator staff. This person belongs to an organisation.`,
      );
    }
    if (level === 'organisation' && !user.organisationId) {
      throw new Conflict(() => t`This person belongs to no organisation.`);
    }
    return { organisationId: application?.organisationId ?? user.organisationId };
  }

  /** A role whose last day is over makes room for a new one. */
  private async clearEnded(tx: Tx, userId: string): Promise<void> {
    await tx.query(
      `update role_assignments set withdrawn_at = ends_at
       where user_id = $1 and withdrawn_at is null and ends_at <= $2`,
      [userId, this.clock.now()],
    );
  }

  private build(
    actor: Actor,
    { userId, role }: RoleWish,
    rest: Pick<
      RoleAssignment,
      'applicationId' | 'organisationId' | 'confirmedBy' | 'confirmedOn' | 'endsAt'
    >,
  ): RoleAssignment {
    return {
      id: randomUUID(),
      userId,
      role,
      ...rest,
      grantedBy: actor.id,
      grantedAt: this.clock.now(),
      withdrawnAt: null,
      withdrawnBy: null,
    };
  }
}

/** Whoever manages an application of IT can make it a secret: no program gives that power (ADR 11). */
async function refuseOperator(tx: Tx, organisationId: string | null): Promise<void> {
  const [row] = await tx.query<{ operator: boolean }[]>(
    `select operator from organisations where id = $1`,
    [organisationId],
  );
  if (row?.operator) throw new Conflict('Roles in an operator organisation are given by people.');
}

async function roleFacts(tx: Tx, key: string) {
  const { name, builtIn } = await tx.findOneByOrFail(Role, { key });
  return { role: key, roleName: builtIn ? undefined : name };
}
