import { Injectable } from '@nestjs/common';
import { type Actor, Audit, type Happening } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { insertRows } from '../platform/database/insert-rows.js';
import type { Tx } from '../platform/database/tx.js';
import type { NewApplication, NewGrant, OrganisationValues } from './plan.js';

/** The batches: rows and their audit events, in a few statements. */
@Injectable()
export class BatchWrites {
  constructor(
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  async organisations(tx: Tx, actor: Actor, made: OrganisationValues[]): Promise<void> {
    const createdAt = this.clock.now();
    const columns = {
      id: 'uuid',
      country: 'text',
      name: 'text',
      slug: 'text',
      ion: 'text',
      operator: 'boolean',
      createdAt: 'timestamptz',
    };
    await insertRows(
      tx,
      'organisations',
      columns,
      made.map((each) => ({ ...each, operator: each.operator ?? false, createdAt })),
    );
    await this.audit.recordAll(
      tx,
      actor,
      made.map(({ id, name, operator }) => ({
        action: 'organisation.create',
        subject: { kind: 'organisation', id, name },
        organisationId: id,
        detail: operator ? { operator: 'yes' } : undefined,
      })),
    );
  }

  async applications(tx: Tx, actor: Actor, made: NewApplication[]): Promise<void> {
    const now = this.clock.now();
    const rows = made.map((each) => ({
      ...each,
      createdAt: now,
      createdBy: actor.id,
      disabledAt: each.disabled ? now : null,
      disabledBy: each.disabled ? actor.id : null,
    }));
    await insertRows(tx, 'applications', applicationColumns, rows);
    await this.audit.recordAll(
      tx,
      actor,
      made.flatMap((each) => [
        { action: 'application.create', ...about(each) },
        ...(each.disabled ? [{ action: 'application.disable', ...about(each) }] : []),
      ]),
    );
  }

  async grants(tx: Tx, actor: Actor, made: NewGrant[]): Promise<void> {
    const grantedAt = this.clock.now();
    const columns = {
      applicationId: 'uuid',
      resourceId: 'uuid',
      grantedAt: 'timestamptz',
      grantedBy: 'uuid',
    };
    const rows = made.map(({ applicationId, resource }) => ({
      applicationId,
      resourceId: resource.id,
      grantedAt,
      grantedBy: actor.id,
    }));
    await insertRows(tx, 'grants', columns, rows);
    await this.audit.recordAll(
      tx,
      actor,
      made.map(({ applicationId: id, application: name, organisationId, resource }) => ({
        action: 'grant.give',
        ...about({ id, name, organisationId }),
        detail: { resource: `${resource.name} (${resource.environment})` },
      })),
    );
  }
}

const applicationColumns = {
  id: 'uuid',
  clientId: 'uuid',
  organisationId: 'uuid',
  kind: 'text',
  country: 'text',
  slug: 'text',
  apiCode: 'text',
  name: 'text',
  createdAt: 'timestamptz',
  createdBy: 'uuid',
  disabledAt: 'timestamptz',
  disabledBy: 'uuid',
};

function about({
  id,
  name,
  organisationId,
}: {
  id: string;
  name: string;
  organisationId: string;
}): Pick<Happening, 'subject' | 'applicationId' | 'organisationId'> {
  return { subject: { kind: 'application', id, name }, applicationId: id, organisationId };
}
