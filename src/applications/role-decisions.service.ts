import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { t } from '../platform/language/speaking.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { cleanName, problemOfLine } from '../platform/plain-text.js';
import { Conflict, Invalid, NotFound } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { instantText } from '../platform/words.js';
import { languageOfAccount } from '../users/account-language.js';
import { User } from '../users/user.entity.js';
import { Users } from '../users/users.service.js';
import { RoleRequest } from './role-request.entity.js';
import { decidedMail } from './role-request-mails.js';
import { aboutRequest } from './role-requests.service.js';
import { Roles } from './roles.service.js';

/** The request with what its mails and its audit say. */
type Found = RoleRequest & {
  organisation: string;
  application: string | null;
  requester: { id: string; name: string; email: string; closed: boolean };
};

const longestReason = 300;

/** IT decides about requests for roles (R5). Who may call it is decided at the door: IT alone. */
@Injectable()
export class RoleDecisions {
  constructor(
    private readonly dataSource: DataSource,
    private readonly people: Users,
    private readonly roles: Roles,
    private readonly outbox: Outbox,
    private readonly audit: Audit,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * Gives the role: whoever asked has confirmed it by asking. Somebody new is invited.
   * @throws NotFound; Conflict when it was decided meanwhile, or cannot be given as it was asked for
   */
  async approve(actor: Actor, id: string): Promise<void> {
    try {
      await inTransaction(this.dataSource, async (tx) => {
        const request = await this.decide(tx, actor, id, { state: 'approved' });
        const user = await this.accountOf(tx, actor, request);
        const { role, applicationId, lastDay, requester, requestedAt } = request;
        await this.roles.give(
          actor,
          {
            userId: user.id,
            role,
            applicationId: applicationId ?? undefined,
            confirmedBy: requester.name,
            confirmedOn: utcDay(requestedAt),
            lastDay: lastDay ?? '',
          },
          tx,
        );
        await this.tell(tx, request, null);
      });
    } catch (error) {
      throw asItStands(error);
    }
    this.outbox.kick();
  }

  /** @param reason for whoever asked @throws Invalid, NotFound, Conflict */
  async decline(actor: Actor, id: string, reason: string): Promise<void> {
    const problem = problemOfLine(reason, longestReason);
    if (problem) {
      const empty = reason.trim() === '';
      throw new Invalid({ reason: empty ? () => t`Type why. Whoever asked reads it.` : problem });
    }
    await inTransaction(this.dataSource, async (tx) => {
      const decision = { state: 'declined' as const, reason: cleanName(reason) };
      const request = await this.decide(tx, actor, id, decision);
      await this.tell(tx, request, decision.reason);
    });
    this.outbox.kick();
  }

  /** Of two who decide at once the second waits here for the row, and reads what happened. */
  private async decide(
    tx: Tx,
    actor: Actor,
    id: string,
    decision: { state: 'approved' | 'declined'; reason?: string },
  ): Promise<Found> {
    const decidedAt = this.clock.now();
    const changes = { ...decision, decidedBy: actor.id, decidedAt };
    const { affected } = await tx.update(RoleRequest, { id, state: 'open' }, changes);
    if (affected !== 1) throw await decidedAlready(tx, id);
    const request = await find(tx, id);
    const { state, reason } = decision;
    await this.audit.record(tx, actor, {
      action: state === 'approved' ? 'role_request.approve' : 'role_request.decline',
      ...aboutRequest(request),
      detail: {
        role: request.role,
        application: request.application ?? undefined,
        requestedBy: request.requester.name,
        requestedAt: request.requestedAt.toISOString(),
        reason,
      },
    });
    return request;
  }

  /** Whoever got an account since the request was filed is not invited again. */
  private async accountOf(tx: Tx, actor: Actor, request: Found): Promise<User> {
    const { email, name, organisationId } = request;
    const known = await tx.findOneBy(User, { email });
    if (!known) return this.people.invite(actor, { email, name, organisationId }, tx);
    if (known.organisationId !== organisationId) {
      throw new Conflict(
        () =>
          t`There is an account with the address ${email} that does not belong to ${request.organisation}. Decline the request and say so.`,
      );
    }
    if (known.closedAt) {
      throw new Conflict(
        () => t`The account of ${known.name} is closed. Decline the request and say so.`,
      );
    }
    return known;
  }

  /** Whoever asked is told, unless they have left. */
  private async tell(tx: Tx, request: Found, reason: string | null): Promise<void> {
    const { requester } = request;
    if (requester.closed) return;
    const language = await languageOfAccount(tx, requester.id);
    const to = { ...requester, language };
    await this.outbox.enqueue(tx, decidedMail(request, to, reason, this.config));
  }
}

const sql = `
  select r.id, r.role, r.email, r.name, r.state, r.reason, r.last_day::text as "lastDay",
    r.organisation_id as "organisationId", r.application_id as "applicationId",
    r.requested_at as "requestedAt", o.name as organisation, a.name as application,
    json_build_object('id', u.id, 'name', u.name, 'email', u.email,
      'closed', u.closed_at is not null) as requester
  from role_requests r
  join organisations o on o.id = r.organisation_id
  join users u on u.id = r.requested_by
  left join applications a on a.id = r.application_id
  where r.id = $1`;

async function find(tx: Tx, id: string): Promise<Found> {
  const [row] = await tx.query<[Found]>(sql, [id]);
  return row;
}

async function decidedAlready(tx: Tx, id: string): Promise<Error> {
  const [row] = await tx.query<[{ state: string; at: Date; by: string }?]>(
    `select r.state, r.decided_at as at, u.name as by
     from role_requests r join users u on u.id = r.decided_by where r.id = $1`,
    [id],
  );
  if (!row) return new NotFound('no such request');
  return new Conflict(() => {
    const when = instantText(row.at);
    if (row.state === 'approved')
      return t`${row.by} has approved this request already, on ${when}.`;
    return row.state === 'declined'
      ? t`${row.by} has declined this request already, on ${when}.`
      : t`${row.by} has withdrawn this request already, on ${when}.`;
  });
}

/** What was fine when it was asked for, and is no longer: IT has no field to mend it in. */
function asItStands(error: unknown): unknown {
  if (!(error instanceof Invalid)) return error;
  return new Conflict(() => {
    const { fields } = error;
    const sentences = [
      ...(fields.applicationId ? [t`The application was deleted.`] : []),
      ...(fields.lastDay ? [t`The last day that was asked for is over.`] : []),
    ];
    const why = sentences.length > 0 ? sentences : Object.values(fields);
    return [...why, t`Decline the request and say so.`].join(' ');
  });
}
