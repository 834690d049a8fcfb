import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { utcDay } from '../platform/utc-day.js';
import { heldFor } from './acknowledgement.js';
import { type Decision, decide, newerIsUsed } from './decision.js';
import {
  type Candidate,
  type Ending,
  findBusy,
  findCandidates,
  findEndings,
  findSent,
  noteSettled,
  type Place,
  placesOf,
} from './endings.query.js';
import { addEntries, type Entry } from './ledger.js';
import { dueMilestone, type Milestone, settledMilestone, stretches } from './milestones.js';
import { nobodyNotice } from './notices.js';
import type { RunLock } from './run-lock.js';

export interface Planned {
  /** Rows written as not needed. */
  skipped: number;
  /** Secrets about which nobody can be mailed. */
  noRecipient: number;
}

type Decided = { ending: Ending; decision: Decision };

const batch = 500;
/** At a time. A database that expects few sorts a whole place to find its first ones, so it is asked seldom. */
const fetched = 10 * batch;
const nothing: ReadonlySet<Milestone> = new Set();

/** Writes into the ledger what is due at an instant (M2). Repeating it changes nothing. */
@Injectable()
export class Planning {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** Through the ends, the nearest first, in batches, each in a transaction of its own. */
  async plan(now: Date, lock: Pick<RunLock, 'beat'>): Promise<Planned> {
    const total: Planned = { skipped: 0, noRecipient: 0 };
    const busy = await findBusy(this.dataSource.manager, placesOf(stretches(now)));
    for (const place of busy) await this.planPlace(now, place, lock, total);
    return total;
  }

  private async planPlace(
    now: Date,
    place: Place,
    lock: Pick<RunLock, 'beat'>,
    total: Planned,
  ): Promise<void> {
    let last: Candidate | undefined;
    do {
      const found = await findCandidates(this.dataSource.manager, place, last, fetched);
      for (let start = 0; start < found.length; start += batch) {
        const some = found.slice(start, start + batch);
        await lock.beat();
        add(total, await inTransaction(this.dataSource, (tx) => this.planBatch(tx, now, some)));
      }
      last = found.length < fetched ? undefined : found.at(-1);
    } while (last);
  }

  private async planBatch(tx: Tx, now: Date, found: readonly Candidate[]): Promise<Planned> {
    const sent = await findSent(
      tx,
      found.map(({ id }) => id),
    );
    const sentOf = ({ id }: { id: string }) => sent.get(id) ?? nothing;
    await noteSettled(tx, settledOf(found, now, sentOf));
    const due = found.filter((each) => dueMilestone(each, now, sentOf(each)));
    if (due.length === 0) return { skipped: 0, noRecipient: 0 };
    const endings = await findEndings(
      tx,
      now,
      due.map(({ id }) => id),
    );
    const decided = endings.flatMap((ending): Decided[] => {
      const decision = decide(ending, now, sentOf(ending));
      return decision ? [{ ending, decision }] : [];
    });
    const entries = decided.flatMap((each) => entriesOf(each, now));
    const written = await addEntries(tx, now, utcDay(now), entries);
    const nobody = decided.filter(({ decision }) => decision.outcome === 'no_recipient');
    const news = new Set(written.map(({ secretId }) => secretId));
    await this.tellSupport(
      tx,
      now,
      nobody.filter(({ ending }) => news.has(ending.id)),
    );
    return {
      skipped: written.filter(({ state }) => state === 'superseded').length,
      noRecipient: nobody.length,
    };
  }

  /** M6: once per milestone, in the transaction that writes it down. */
  private async tellSupport(tx: Tx, now: Date, nobody: readonly Decided[]): Promise<void> {
    if (nobody.length === 0) return;
    const endings = nobody.map(({ ending }) => ending);
    await this.outbox.enqueue(tx, nobodyNotice(endings, now, this.config), now);
  }
}

function settledOf(
  found: readonly Candidate[],
  now: Date,
  sentOf: (secret: Candidate) => ReadonlySet<Milestone>,
) {
  return found.flatMap((each) => {
    const milestone = settledMilestone(each, now, sentOf(each));
    return milestone ? [{ id: each.id, milestone }] : [];
  });
}

function entriesOf({ ending, decision }: Decided, now: Date): Entry[] {
  const { milestone, outcome } = decision;
  const about = { secretId: ending.id, milestone };
  if (outcome === 'no_recipient') {
    return [{ ...about, recipientId: null, address: null, state: 'no_recipient', reason: null }];
  }
  return ending.recipients.map(({ id, address }) => {
    const reason =
      outcome === 'mail' ? heldFor(ending, { recipientId: id, milestone }, now) : newerIsUsed;
    const state = reason ? 'superseded' : 'due';
    return { ...about, recipientId: id, address, state, reason: reason ?? null };
  });
}

function add(total: Planned, more: Planned): void {
  total.skipped += more.skipped;
  total.noRecipient += more.noRecipient;
}
