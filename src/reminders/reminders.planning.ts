import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { utcDay } from '../platform/utc-day.js';
import { heldFor } from './acknowledgement.js';
import { type Decision, decide, newerIsUsed } from './decision.js';
import { type Candidate, type Ending, findCandidates, findEndings } from './endings.query.js';
import { addEntries, type Entry } from './ledger.js';
import { dueMilestone } from './milestones.js';
import { nobodyNotice } from './notices.js';
import type { RunLock } from './run-lock.js';

export interface Planned {
  /** Rows written as not needed. */
  skipped: number;
  /** Secrets about which nobody can be mailed. */
  noRecipient: number;
}

type Decided = { ending: Ending; decision: Decision };

const scanned = 2_000;
const planned = 500;

/** Writes into the ledger what is due at an instant (M2). Repeating it changes nothing. */
@Injectable()
export class Planning {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** Looks through all live secrets in batches, each in a transaction of its own. */
  async plan(now: Date, lock: Pick<RunLock, 'beat'>): Promise<Planned> {
    const total: Planned = { skipped: 0, noRecipient: 0 };
    let last: Candidate | undefined;
    for (;;) {
      const batch = await findCandidates(this.dataSource.manager, now, last, scanned);
      last = batch.at(-1);
      if (!last) return total;
      const due = batch.filter((each) => dueMilestone(each, now, new Set(each.sent)));
      for (let start = 0; start < due.length; start += planned) {
        await lock.beat();
        add(total, await this.planBatch(now, due.slice(start, start + planned)));
      }
    }
  }

  private planBatch(now: Date, batch: readonly Candidate[]): Promise<Planned> {
    const sent = new Map(batch.map((each) => [each.id, new Set(each.sent)]));
    return inTransaction(this.dataSource, async (tx) => {
      const endings = await findEndings(tx, now, [...sent.keys()]);
      const decided = endings.flatMap((ending): Decided[] => {
        const decision = decide(ending, now, sent.get(ending.id)!);
        return decision ? [{ ending, decision }] : [];
      });
      const written = await addEntries(
        tx,
        now,
        utcDay(now),
        decided.flatMap((each) => entriesOf(each, now)),
      );
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
    });
  }

  /** M6: once per milestone, in the transaction that writes it down. */
  private async tellSupport(tx: Tx, now: Date, nobody: readonly Decided[]): Promise<void> {
    if (nobody.length === 0) return;
    const endings = nobody.map(({ ending }) => ending);
    await this.outbox.enqueue(tx, nobodyNotice(endings, now, this.config), now);
  }
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
