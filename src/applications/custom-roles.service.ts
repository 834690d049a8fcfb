import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Invalid, NotFound } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { holdIt } from '../users/it-staff.js';
import type { Permission } from '../users/permissions.js';
import { Role } from './role.entity.js';
import { checkedNewRole, checkedRole, type NewRole, type RoleValues } from './role-values.js';

/** What somebody saw who confirmed a change: what the role opened, and for how many people. */
export interface SeenRole {
  permissions: readonly Permission[];
  holders: number;
}

/** Makes and changes roles (R3). Who may call it is decided at the door: IT alone. */
@Injectable()
export class CustomRoles {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** @param within a transaction that this is a part of @throws Invalid, Conflict */
  async create(actor: Actor, wish: NewRole, within?: Tx): Promise<Role> {
    const checked = checkedNewRole(wish, utcDay(this.clock.now()));
    return this.named(async () =>
      inTransaction(within ?? this.dataSource, async (tx) => {
        if (actor.machine && checked.level === 'platform') throw peopleAlone();
        await holdIt(tx, actor, this.clock.now(), null);
        const role = {
          ...checked,
          active: true,
          builtIn: false,
          createdBy: actor.id,
          createdAt: this.clock.now(),
        };
        await tx.insert(Role, role);
        const facts = { level: role.level, permissions: role.permissions.join(', ') };
        await this.record(tx, actor, 'role.create', role, { ...facts, lastDay: wish.lastDay });
        return role;
      }),
    );
  }

  /**
   * @param seen by whoever confirmed it; absent where nobody was asked
   * @throws Invalid, NotFound; Conflict when it is built in, has ended, or was changed meanwhile
   */
  async change(
    actor: Actor,
    key: string,
    wish: RoleValues,
    seen?: SeenRole,
    within?: Tx,
  ): Promise<void> {
    await this.named(async () =>
      this.alter(actor, key, within, async (tx, role) => {
        const checked = checkedRole(wish, role.level, utcDay(this.clock.now()));
        if (seen) await this.checkSeen(tx, role, seen);
        await tx.update(Role, { key }, checked);
        await this.record(
          tx,
          actor,
          'role.change',
          { ...role, ...checked },
          {
            permissions: checked.permissions.join(', '),
            formerly: role.permissions.join(', '),
            lastDay: wish.lastDay,
          },
        );
      }),
    );
  }

  /** Opens nothing from now on, for anybody; `active` brings it all back. @throws NotFound, Conflict */
  async turn(actor: Actor, key: string, active: boolean, within?: Tx): Promise<void> {
    await this.alter(actor, key, within, async (tx, role) => {
      if (role.active === active) return;
      await tx.update(Role, { key }, { active });
      await this.record(tx, actor, active ? 'role.switch_on' : 'role.switch_off', role, {});
    });
  }

  /** For good: it opens nothing any more and cannot be given. @throws NotFound, Conflict */
  async end(actor: Actor, key: string, within?: Tx): Promise<void> {
    await this.alter(actor, key, within, async (tx, role) => {
      await tx.update(Role, { key }, { endsAt: this.clock.now() });
      await this.record(tx, actor, 'role.end', role, {});
    });
  }

  /** How many people have it now, whether it opens anything or not. */
  async holders(key: string, tx: Tx = this.dataSource.manager): Promise<number> {
    const [row] = await tx.query<[{ count: number }]>(
      `select count(distinct u.id)::int as count
       from role_assignments r join users u on u.id = r.user_id
       where r.role = $1 and r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $2)
         and u.closed_at is null`,
      [key, this.clock.now()],
    );
    return row.count;
  }

  /** The role is locked: meanwhile nobody is given it. */
  private async alter(
    actor: Actor,
    key: string,
    within: Tx | undefined,
    work: (tx: Tx, role: Role) => Promise<void>,
  ): Promise<void> {
    await inTransaction(within ?? this.dataSource, async (tx) => {
      const now = this.clock.now();
      await holdIt(tx, actor, now, null);
      const role = await tx.findOne(Role, { where: { key }, lock: { mode: 'pessimistic_write' } });
      if (!role) throw new NotFound('no such role');
      if (role.builtIn) throw new Conflict(() => t`The built-in roles are as they are.`);
      if (role.endsAt && role.endsAt <= now) {
        throw new Conflict(() => t`This role has ended. Make a new one.`);
      }
      if (actor.machine) await refusePower(tx, role);
      await work(tx, role);
    });
  }

  private async checkSeen(tx: Tx, role: Role, seen: SeenRole): Promise<void> {
    const same = role.permissions.join() === seen.permissions.join();
    if (same && (await this.holders(role.key, tx)) === seen.holders) return;
    throw new Conflict(
      () =>
        t`The role, or who has it, has changed meanwhile. Nothing was changed. Please look again.`,
    );
  }

  private async named<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (violated(error, 'roles_pkey')) {
        throw new Invalid({ key: () => t`There is a role with this key already.` });
      }
      if (violated(error, 'roles_name_key')) {
        throw new Invalid({ name: () => t`There is a role with this name already.` });
      }
      throw error;
    }
  }

  private async record(
    tx: Tx,
    actor: Actor,
    action: string,
    { key, name }: Pick<Role, 'key' | 'name'>,
    detail: Record<string, unknown>,
  ): Promise<void> {
    const subject = { kind: 'role', id: null, name };
    await this.audit.record(tx, actor, { action, subject, detail: { key, ...detail } });
  }
}

/** No program changes what people of the operator can do, as none gives them roles (ADR 11). */
async function refusePower(tx: Tx, { key, level }: Role): Promise<void> {
  if (level === 'platform') throw peopleAlone();
  const [held] = await tx.query<[unknown?]>(
    `select 1 from role_assignments r join organisations o on o.id = r.organisation_id
     where r.role = $1 and r.withdrawn_at is null and o.operator limit 1`,
    [key],
  );
  if (held) throw peopleAlone();
}

function peopleAlone(): Conflict {
  return new Conflict('What people of an operator organisation can do is decided by people.');
}
