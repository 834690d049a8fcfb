import { utcDay, type UtcDay } from '../platform/utc-day.js';
import { decide, reasonAgainst } from './decision.js';
import type { Ending, Recipient } from './endings.query.js';
import type { Milestone } from './milestones.js';
import type { ReminderState } from './reminder.entity.js';

/** A row of the ledger, as far as it decides about what comes. */
export interface LedgerFact {
  milestone: Milestone;
  recipientId: string | null;
  state: ReminderState;
}

/** A secret with all that decides about its mails. */
export interface Prospect {
  ending: Ending;
  ledger: readonly LedgerFact[];
  /** Roles of its recipients that end by themselves (R3), by key. */
  roleEnds: readonly { userId: string; role: string; endsAt: Date }[];
}

/** One secret's part in the mails of one run. Nobody in `recipients` means that nobody can be told. */
export interface Expected {
  day: UtcDay;
  at: Date;
  secretId: string;
  milestone: Milestone;
  recipients: Recipient[];
}

/**
 * M11: what runs at these instants will mail about a secret, if nothing changes until then. It asks
 * the rule that the run asks, and keeps a ledger of its own in between.
 * @param instants when runs begin, in their order
 */
export function forecast({ ending, ledger, roleEnds }: Prospect, instants: readonly Date[]) {
  const rows = new Map(ledger.map((row) => [keyOf(row.milestone, row.recipientId), row.state]));
  const sent = new Set(
    ledger.filter(({ state }) => state === 'sent').map(({ milestone }) => milestone),
  );
  const expected: Expected[] = [];
  for (const at of runsFor(ending, instants)) {
    const now = { ...ending, recipients: rolesAt(ending.recipients, roleEnds, at) };
    const decision = decide(now, at, sent);
    if (decision?.outcome === 'no_recipient' && !rows.has(keyOf(decision.milestone, null))) {
      rows.set(keyOf(decision.milestone, null), 'no_recipient');
      expected.push(entry(now, decision.milestone, at, []));
    }
    if (decision?.outcome === 'mail') {
      for (const { id } of now.recipients) {
        const key = keyOf(decision.milestone, id);
        if (!rows.has(key) || rows.get(key) === 'superseded') rows.set(key, 'due');
      }
    }
    for (const [milestone, recipients] of takeDue(rows, now, at)) {
      sent.add(milestone);
      expected.push(entry(now, milestone, at, recipients));
    }
  }
  return expected;
}

/** The rows that a delivery at this instant sends; those that are not needed any more are dropped. */
function takeDue(rows: Map<string, ReminderState>, ending: Ending, at: Date) {
  const taken = new Map<Milestone, Recipient[]>();
  for (const [key, state] of rows) {
    if (state !== 'due') continue;
    const [milestone, recipientId] = key.split(' ') as [Milestone, string];
    const dropped = reasonAgainst(ending, { milestone, recipientId }, at) !== undefined;
    rows.set(key, dropped ? 'superseded' : 'sent');
    if (dropped) continue;
    const recipient = ending.recipients.find(({ id }) => id === recipientId)!;
    taken.set(milestone, [...(taken.get(milestone) ?? []), recipient]);
  }
  return taken;
}

/** A secret that ends within the hours in which the service looks every few minutes is noticed then. */
function runsFor({ expiresAt }: Ending, instants: readonly Date[]): Date[] {
  const before = instants.findLast((each) => each <= expiresAt);
  const sameDay = before && utcDay(before) === utcDay(expiresAt) && before < expiresAt;
  return sameDay
    ? [...instants, expiresAt].sort((one, other) => one.getTime() - other.getTime())
    : [...instants];
}

function rolesAt(
  recipients: readonly Recipient[],
  ends: Prospect['roleEnds'],
  at: Date,
): Recipient[] {
  const over = (userId: string, role: string) =>
    ends.some((each) => each.userId === userId && each.role === role && each.endsAt <= at);
  return recipients
    .map((each) => ({
      ...each,
      manager: each.manager && !over(each.id, 'credential_manager'),
      orgAdmin: each.orgAdmin && !over(each.id, 'org_admin'),
      it: each.it && !over(each.id, 'it'),
      others: each.others.filter(({ key }) => !over(each.id, key)),
    }))
    .filter(({ manager, orgAdmin, it, others }) => manager || orgAdmin || it || others.length > 0);
}

function entry(ending: Ending, milestone: Milestone, at: Date, recipients: Recipient[]): Expected {
  return { day: utcDay(at), at, secretId: ending.id, milestone, recipients };
}

function keyOf(milestone: Milestone, recipientId: string | null): string {
  return `${milestone} ${recipientId ?? ''}`;
}
