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
} from './endings.query.js';
import { addEntries, type Entry } from './ledger.js';
import { type Milestone, type Stretch, stretches } from './milestones.js';
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
/** Days that one statement looks at: few enough to stay within its time limit with many secrets. */
const probed = 11;
const nothing: ReadonlySet<Milestone> = new Set();

/** Writes into the ledger what is due at an instant (M2). Repeating it changes nothing. */
@Injectable()
export class Planning {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly config: Config,
  ) {}

  /** Day by day through the ends, in batches, each in a transaction of its own. */
  async plan(now: Date, lock: Pick<RunLock, 'beat'>): Promise<Planned> {
    const total: Planned = { skipped: 0, noRecipient: 0 };
    const all = stretches(now);
    for (let start = 0; start < all.length; start += probed) {
      const busy = await findBusy(this.dataSource.manager, all.slice(start, start + probed));
      for (const stretch of busy) await this.planStretch(now, stretch, lock, total);
    }
    return total;
  }

  private async planStretch(
    now: Date,
    stretch: Stretch,
    lock: Pick<RunLock, 'beat'>,
    total: Planned,
  ): Promise<void> {
    let last: Candidate | undefined;
    do {
      const found = await findCandidates(this.dataSource.manager, stretch, last, batch);
      last = found.at(-1);
      if (!last) return;
      await lock.beat();
      const ids = found.map(({ id }) => id);
      add(total, await inTransaction(this.dataSource, (tx) => this.planBatch(tx, now, ids)));
      if (found.length < batch) return;
    } while (last);
  }

  private async planBatch(tx: Tx, now: Date, ids: readonly string[]): Promise<Planned> {
    const sent = await findSent(tx, ids);
    const endings = await findEndings(tx, now, ids);
    const decided = endings.flatMap((ending): Decided[] => {
      const decision = decide(ending, now, sent.get(ending.id) ?? nothing);
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
