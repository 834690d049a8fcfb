import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, IsNull } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Organisation } from '../organisations/organisation.entity.js';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Conflict, Invalid, NotFound } from '../platform/refusals.js';
import { type ApplicationKind, applicationName } from './application-name.js';
import { Api, Application, Grant, Resource } from './application.entity.js';

export interface ApplicationWish {
  organisationId: string;
  kind: ApplicationKind;
  apiCode: string;
}

/**
 * What IT does with applications (A1). Who may call it is decided at the door: IT alone.
 * `within` is a transaction that a call is a part of.
 */
@Injectable()
export class Applications {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  /** Builds the name from its parts and gives a client ID for ever (A2, A3). @throws Invalid, NotFound */
  async create(
    actor: Actor,
    { organisationId, kind, apiCode }: ApplicationWish,
    within?: Tx,
  ): Promise<Application> {
    try {
      return await inTransaction(within ?? this.dataSource, async (tx) => {
        const organisation = await tx.findOneBy(Organisation, { id: organisationId });
        if (!organisation) throw new NotFound('no such organisation');
        const application = await this.build(tx, actor, organisation, kind, apiCode);
        await tx.insert(Application, application);
        await this.audit.record(tx, actor, { action: 'application.create', ...about(application) });
        return application;
      });
    } catch (error) {
      if (violated(error, 'applications_name_key')) {
        throw new Invalid({
          apiCode: () => t`This organisation has an application of this name already.`,
        });
      }
      if (violated(error, 'applications_api_there_check')) {
        throw new Invalid({ apiCode: () => t`Choose an API from the list.` });
      }
      throw error;
    }
  }

  /**
   * Granted again with other scopes, it has those from then on.
   * @param scopes of the resource's own, for one that has any
   * @throws NotFound; Invalid; Conflict where A6 or A7 does not allow the resource
   */
  async grant(
    actor: Actor,
    applicationId: string,
    resourceId: string,
    scopes: readonly string[] = [],
    within?: Tx,
  ): Promise<void> {
    try {
      await inTransaction(within ?? this.dataSource, async (tx) => {
        const application = await this.lock(tx, applicationId);
        const resource = await this.resource(tx, resourceId);
        const wanted = [...new Set(scopes)].sort();
        const made = await tx.query<unknown[]>(
          `insert into grants as g (application_id, resource_id, scopes, granted_at, granted_by)
           values ($1, $2, $3, $4, $5)
           on conflict (application_id, resource_id) do update
             set scopes = excluded.scopes, granted_at = excluded.granted_at,
               granted_by = excluded.granted_by
             where g.scopes <> excluded.scopes
           returning 1`,
          [applicationId, resourceId, wanted, this.clock.now(), actor.id],
        );
        if (made.length === 0) return;
        await this.audit.record(tx, actor, {
          action: 'grant.give',
          ...about(application),
          detail: { resource: resourceText(resource), ...scopesText(wanted) },
        });
      });
    } catch (error) {
      if (violated(error, 'grants_resource_there_check')) {
        throw new NotFound('no such resource');
      }
      if (violated(error, 'grants_scopes_check')) {
        throw new Invalid({
          scopes: () => t`Choose at least one of the scopes of this resource.`,
        });
      }
      if (violated(error, 'grants_operator_check')) {
        throw new Invalid({
          scopes: () => t`Provisioning is for applications of an operator organisation.`,
        });
      }
      if (violated(error, 'grants_same_api_check')) {
        throw new Conflict(() => t`This resource belongs to another API than the application.`);
      }
      if (violated(error, 'grants_alternative_check')) {
        throw new Conflict(
          () => t`A PartnerAlternative application can hold the Match-Connect sandbox only.`,
        );
      }
      throw error;
    }
  }

  /** @throws NotFound */
  async withdrawGrant(
    actor: Actor,
    applicationId: string,
    resourceId: string,
    within?: Tx,
  ): Promise<void> {
    await inTransaction(within ?? this.dataSource, async (tx) => {
      const application = await this.lock(tx, applicationId);
      const resource = await this.resource(tx, resourceId);
      const gone = await tx.delete(Grant, { applicationId, resourceId });
      if (!gone.affected) return;
      await this.audit.record(tx, actor, {
        action: 'grant.withdraw',
        ...about(application),
        detail: { resource: resourceText(resource) },
        kept: { resourceId },
      });
    });
  }

  /** Its secrets stop, nothing is lost (A8). @throws NotFound */
  disable(actor: Actor, applicationId: string, within?: Tx): Promise<void> {
    const values = { disabledAt: this.clock.now(), disabledBy: actor.id };
    return this.change(actor, applicationId, 'application.disable', values, within);
  }

  /** Its secrets work again (A8). @throws NotFound */
  enable(actor: Actor, applicationId: string, within?: Tx): Promise<void> {
    const values = { disabledAt: null, disabledBy: null };
    return this.change(actor, applicationId, 'application.enable', values, within);
  }

  /** Its secrets are dead at once; the row stays for the audit (A8). @throws NotFound */
  delete(actor: Actor, applicationId: string, within?: Tx): Promise<void> {
    const values = { deletedAt: this.clock.now(), deletedBy: actor.id };
    return this.change(actor, applicationId, 'application.delete', values, within);
  }

  private async change(
    actor: Actor,
    applicationId: string,
    action: string,
    values: Partial<Application>,
    within?: Tx,
  ): Promise<void> {
    await inTransaction(within ?? this.dataSource, async (tx) => {
      const application = await this.lock(tx, applicationId);
      const already = 'disabledAt' in values && !values.disabledAt === !application.disabledAt;
      if (already) return;
      await tx.update(Application, { id: applicationId }, values);
      await this.audit.record(tx, actor, { action, ...about(application) });
    });
  }

  private async build(
    tx: Tx,
    actor: Actor,
    { id, country, slug }: Organisation,
    kind: ApplicationKind,
    apiCode: string,
  ): Promise<Application> {
    if (!(await tx.existsBy(Api, { code: apiCode, deletedAt: IsNull() }))) {
      throw new Invalid({ apiCode: () => t`Choose an API from the list.` });
    }
    if (kind === 'partner_alternative' && apiCode !== 'SMC') {
      throw new Invalid({ apiCode: () => t`A PartnerAlternative application is always for SMC.` });
    }
    return {
      id: randomUUID(),
      clientId: randomUUID(),
      organisationId: id,
      kind,
      country,
      slug,
      apiCode,
      name: applicationName({ kind, country, slug, api: apiCode }),
      createdAt: this.clock.now(),
      createdBy: actor.id,
      disabledAt: null,
      disabledBy: null,
      deletedAt: null,
      deletedBy: null,
    };
  }

  private async lock(tx: Tx, id: string): Promise<Application> {
    const application = await tx.findOne(Application, {
      where: { id, deletedAt: IsNull() },
      lock: { mode: 'pessimistic_write' },
    });
    if (!application) throw new NotFound('no such application, or deleted');
    return application;
  }

  private async resource(tx: Tx, id: string): Promise<Resource> {
    const resource = await tx.findOneBy(Resource, { id });
    if (!resource) throw new NotFound('no such resource');
    return resource;
  }
}

function about(application: Application) {
  return {
    subject: { kind: 'application', id: application.id, name: application.name },
    applicationId: application.id,
    organisationId: application.organisationId,
  };
}

function scopesText(scopes: string[]): { scopes?: string } {
  return scopes.length > 0 ? { scopes: scopes.join(' ') } : {};
}

function resourceText({ name, environment }: Resource): string {
  return `${name} (${environment})`;
}
