import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Invalid, NotFound } from '../platform/refusals.js';
import { Organisation } from './organisation.entity.js';
import { checkedOrganisation, type OrganisationValues } from './organisation-values.js';

export interface OrganisationWish extends OrganisationValues {
  /** Of those who run the service; said at the creation, and never again. */
  operator?: boolean;
}

@Injectable()
export class Organisations {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /**
   * @param within a transaction that this is a part of
   * @throws Invalid
   */
  async create(actor: Actor, wish: OrganisationWish, within?: Tx): Promise<Organisation> {
    const organisation = {
      id: randomUUID(),
      ...checkedOrganisation(wish),
      operator: wish.operator ?? false,
      createdAt: this.clock.now(),
    };
    try {
      return await inTransaction(within ?? this.dataSource, async (tx) => {
        await tx.insert(Organisation, organisation);
        await this.audit.record(tx, actor, {
          action: 'organisation.create',
          subject: { kind: 'organisation', id: organisation.id, name: organisation.name },
          organisationId: organisation.id,
          detail: organisation.operator ? { operator: 'yes' } : undefined,
        });
        return organisation;
      });
    } catch (error) {
      throw taken(error);
    }
  }

  /**
   * Names of applications stay as they are (A4).
   * @param within a transaction that this is a part of
   * @throws Invalid, NotFound
   */
  async change(actor: Actor, id: string, wish: OrganisationWish, within?: Tx): Promise<void> {
    const values = checkedOrganisation(wish);
    try {
      await inTransaction(within ?? this.dataSource, async (tx) => {
        const before = await tx.findOne(Organisation, {
          where: { id },
          lock: { mode: 'pessimistic_write' },
        });
        if (!before) throw new NotFound('no such organisation');
        const changed = fields.filter((field) => values[field] !== before[field]);
        if (changed.length === 0) return;
        await tx.update(Organisation, { id }, values);
        await this.audit.record(tx, actor, {
          action: 'organisation.change',
          subject: { kind: 'organisation', id, name: values.name },
          organisationId: id,
          detail: Object.fromEntries(
            changed.map((field) => [
              field,
              `${before[field] ?? 'none'} → ${values[field] ?? 'none'}`,
            ]),
          ),
        });
      });
    } catch (error) {
      throw taken(error);
    }
  }
}

const fields = ['country', 'name', 'slug', 'ion'] as const;

/** The unique keys decide; their names become sentences. */
function taken(error: unknown): unknown {
  if (violated(error, 'organisations_slug_key')) {
    return new Invalid({
      slug: () => t`Another organisation of this country has this short name.`,
    });
  }
  if (violated(error, 'organisations_ion_key')) {
    return new Invalid({ ion: () => t`Another organisation has this ION.` });
  }
  return error;
}
