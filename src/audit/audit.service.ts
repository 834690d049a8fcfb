import { Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock.js';
import { insertRows } from '../platform/database/insert-rows.js';
import type { Tx } from '../platform/database/tx.js';
import { type Fact, Journal, NoJournal } from '../platform/journal/journal.js';
import { AuditEvent } from './audit-event.entity.js';

/** Who acts. `id` is null for the service itself and for a program; `address` is where the request came from. */
export interface Actor {
  id: string | null;
  name: string;
  address: string | null;
  /** A program: the application that called, and the secret that its token was bought with. */
  machine?: { applicationId: string; secretId: string };
}

/** Work that no person asked for: the daily job, housekeeping. */
export const theService: Actor = { id: null, name: 'Keyturn', address: null };

export interface Happening {
  /** When; the present when absent. */
  at?: Date;
  action: string;
  subject: { kind: string; id: string | null; name: string };
  applicationId?: string | null;
  organisationId?: string | null;
  outcome?: 'done' | 'refused';
  /** Facts worth keeping. Never a secret's value, a password, a code or a token. */
  detail?: Record<string, unknown>;
  /** Ids that the journal needs to do it again. */
  kept?: Record<string, string>;
}

/** Adds to the audit in the transaction of the change it tells of (P3). */
@Injectable()
export class Audit {
  constructor(
    private readonly clock: Clock,
    private readonly journal: Journal = new NoJournal(),
  ) {}

  async record(tx: Tx, actor: Actor, happening: Happening): Promise<void> {
    const event = this.event(actor, happening);
    await tx.insert(AuditEvent, event);
    await this.journal.note(endsAmong([happening], event.at));
  }

  /** Many at once: one event each, in this order. */
  async recordAll(tx: Tx, actor: Actor, happenings: Happening[]): Promise<void> {
    await insertRows(
      tx,
      'audit_events',
      eventColumns,
      happenings.map((happening) => this.event(actor, happening)),
    );
    await this.journal.note(endsAmong(happenings, this.clock.now()));
  }

  private event(actor: Actor, happening: Happening) {
    const { at, action, subject, applicationId, organisationId, outcome, detail } = happening;
    return {
      at: at ?? this.clock.now(),
      actorId: actor.id,
      actorName: actor.name,
      action,
      subjectKind: subject.kind,
      subjectId: subject.id,
      subjectName: subject.name,
      applicationId: applicationId ?? null,
      organisationId: organisationId ?? null,
      outcome: outcome ?? 'done',
      detail: { ...detail, ...callerOf(actor) },
      address: actor.address,
    };
  }
}

/** Those that a restored backup would take back, for the journal. */
function endsAmong(happenings: readonly Happening[], now: Date): Fact[] {
  return happenings
    .filter(({ action, outcome }) => ends.has(action) && outcome !== 'refused')
    .map(({ action, at, subject, kept }) => ({
      at: at ?? now,
      fact: action,
      id: subject.id,
      ...(kept && { about: kept }),
    }));
}

/** With what undoes them again. `keyturn restore-journal` has a statement for each. */
export const ends: ReadonlySet<string> = new Set([
  'secret.delete',
  'secret.switch_off',
  'secret.switch_on',
  'application.disable',
  'application.enable',
  'application.delete',
  'grant.withdraw',
  'role.withdraw',
  'user.close',
  'factor.reset',
  'factor.replace',
  'password.change',
  'recovery_codes.renew',
  'passkey.remove',
  'calendar_feed.revoke',
]);

/** A name can change, and a secret's can come again; these cannot. */
function callerOf({ machine }: Actor) {
  return machine && { callerApplication: machine.applicationId, callerSecret: machine.secretId };
}

const eventColumns = {
  at: 'timestamptz',
  actorId: 'uuid',
  actorName: 'text',
  action: 'text',
  subjectKind: 'text',
  subjectId: 'uuid',
  subjectName: 'text',
  applicationId: 'uuid',
  organisationId: 'uuid',
  outcome: 'text',
  detail: 'jsonb',
  address: 'text',
};
