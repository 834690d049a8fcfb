import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, MoreThan } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx, violated } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { Conflict, NotFound } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { mayAskFor } from './permission.js';
import {
  applicationOf,
  type Asked,
  checkNotHeld,
  personOf,
  type RoleQuestion,
} from './role-question.js';
import { RoleRequest } from './role-request.entity.js';
import { filedMail } from './role-request-mails.js';
import { checkedTerms } from './role-terms.js';

/** More than anybody needs; whoever files by a script is stopped here. */
export const openAtMost = 50;
/** In 24 hours, whatever became of them: each one is a mail to support. */
export const filedAtMost = 20;

/** Requests of org admins for roles in their organisation (R5): file and withdraw. */
@Injectable()
export class RoleRequests {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** @throws Invalid, Conflict; NotFound for whoever is no org admin */
  async file(actor: Actor, question: RoleQuestion): Promise<void> {
    this.checkLastDay(question);
    try {
      await inTransaction(this.dataSource, async (tx) => {
        const organisation = await this.ownOrganisation(tx, actor);
        await this.checkRoom(tx, organisation.id);
        const person = await personOf(tx, organisation.id, question);
        const application = await applicationOf(tx, organisation.id, question);
        await checkNotHeld(tx, organisation.id, person, question, this.clock.now());
        const request = this.build(actor, organisation.id, person, question);
        await tx.insert(RoleRequest, request);
        await this.audit.record(tx, actor, {
          action: 'role_request.file',
          ...aboutRequest(request),
          detail: {
            role: request.role,
            application,
            name: person.name,
            lastDay: request.lastDay ?? undefined,
          },
        });
        const about = { ...request, application, organisation: organisation.name };
        await this.outbox.enqueue(tx, filedMail(about, actor.name, this.config));
      });
    } catch (error) {
      if (violated(error, 'role_requests_open_key')) {
        throw new Conflict(
          () =>
            t`This is asked for already: an open request for this person and role is in the list.`,
        );
      }
      throw error;
    }
    this.outbox.kick();
  }

  /** @throws NotFound; Conflict when it was decided meanwhile */
  async withdraw(actor: Actor, id: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const now = this.clock.now();
      const [request] = await tx.query<[RoleRequest?]>(
        `select q.id, q.email, q.state, q.organisation_id as "organisationId",
           q.application_id as "applicationId"
         from role_requests q where q.id = $1 and ${mayAskFor('q.organisation_id', '$2', '$3')}
         for update`,
        [id, actor.id, now],
      );
      if (!request) throw new NotFound('no such request for this user');
      if (request.state !== 'open')
        throw new Conflict(() => t`This request was decided meanwhile.`);
      const decision = { state: 'withdrawn' as const, decidedBy: actor.id, decidedAt: now };
      await tx.update(RoleRequest, { id }, decision);
      await this.audit.record(tx, actor, {
        action: 'role_request.withdraw',
        ...aboutRequest(request),
      });
    });
  }

  private checkLastDay({ lastDay }: RoleQuestion): void {
    // Whoever asks confirms it by that, today.
    const today = utcDay(this.clock.now());
    checkedTerms({ confirmedBy: '-', confirmedOn: today, lastDay }, today, 'organisation');
  }

  /** Locked: what an organisation asks for is filed one after the other. */
  private async ownOrganisation(tx: Tx, actor: Actor): Promise<{ id: string; name: string }> {
    const [row] = await tx.query<[{ id: string; name: string }?]>(
      `select o.id, o.name from organisations o where ${mayAskFor('o.id', '$1', '$2')}
       for no key update`,
      [actor.id, this.clock.now()],
    );
    if (!row) throw new NotFound('not an org admin');
    return row;
  }

  private async checkRoom(tx: Tx, organisationId: string): Promise<void> {
    const open = await tx.countBy(RoleRequest, { organisationId, state: 'open' });
    if (open >= openAtMost) {
      throw new Conflict(
        () =>
          t`Your organisation has ${open} open requests. Wait until IT has decided some, or withdraw what is not needed.`,
      );
    }
    const since = new Date(this.clock.now().getTime() - 86_400_000);
    const filed = await tx.countBy(RoleRequest, { organisationId, requestedAt: MoreThan(since) });
    if (filed >= filedAtMost) {
      throw new Conflict(
        () =>
          t`Your organisation has filed ${filed} requests in 24 hours, which is the most. Go on tomorrow, or write to ${this.config.SUPPORT_ADDRESS}.`,
      );
    }
  }

  private build(
    actor: Actor,
    organisationId: string,
    { email, name }: Asked,
    { role, applicationId, lastDay }: RoleQuestion,
  ): RoleRequest {
    return {
      id: randomUUID(),
      organisationId,
      role,
      applicationId: role === 'org_admin' ? null : applicationId!,
      email,
      name,
      lastDay: lastDay || null,
      requestedBy: actor.id!,
      requestedAt: this.clock.now(),
      state: 'open',
      decidedBy: null,
      decidedAt: null,
      reason: null,
    };
  }
}

export function aboutRequest(
  request: Pick<RoleRequest, 'id' | 'email' | 'applicationId' | 'organisationId'>,
) {
  return {
    subject: { kind: 'role_request', id: request.id, name: request.email },
    applicationId: request.applicationId,
    organisationId: request.organisationId,
  };
}
