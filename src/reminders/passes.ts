import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { findWaiting } from './ledger.js';
import type { Refused } from './notices.js';
import { Delivery } from './reminders.delivery.js';
import { Retries } from './retries.js';
import type { RunLock } from './run-lock.js';

/** What a run did, in ledger rows. */
export interface Delivered {
  due: number;
  sent: number;
  skipped: number;
  refused: Refused[];
  /** People whose mail could not be made, because of a fault of ours. */
  broken: number;
}

export interface RunContext {
  now: Date;
  /** Also what is in a pause after an attempt. */
  force: boolean;
  lock: Pick<RunLock, 'beat'>;
  /** Set when the service is being stopped. */
  signal: AbortSignal;
}

/** So many messages at a time at most. */
const widest = 5;
/** After so many faults in a row that are nobody's own the mail server is away: it is asked later. */
const enough = 10;

/** Goes through the people for whom something is due, and again through those that have to wait. */
@Injectable()
export class Passes {
  private readonly log = new Logger('Reminders');

  constructor(
    private readonly dataSource: DataSource,
    private readonly delivery: Delivery,
    private readonly retries: Retries,
  ) {}

  async deliver(run: RunContext): Promise<Delivered> {
    const waiting = await findWaiting(this.dataSource.manager, run.now, run.force);
    const due = waiting.reduce((sum, { rows }) => sum + rows, 0);
    const total: Delivered = { due, sent: 0, skipped: 0, refused: [], broken: 0 };
    let todo = waiting.map(({ recipientId }) => recipientId);
    for (const pause of [0, ...this.retries.pauses]) {
      if (pause > 0) await this.retries.wait(pause, run.signal).catch(() => undefined);
      todo = await this.pass(todo, run, total);
      if (todo.length === 0 || run.signal.aborted) break;
    }
    return total;
  }

  /** @returns who is to be tried again in this run */
  private async pass(people: string[], run: RunContext, total: Delivered): Promise<string[]> {
    const queue = [...people];
    const again: string[] = [];
    let faults = 0;
    const worker = async () => {
      while (queue.length > 0 && faults < enough && !run.signal.aborted) {
        const person = queue.shift()!;
        await run.lock.beat();
        const { later, away } = await this.deliverTo(person, run.now, total);
        if (later) again.push(person);
        faults = away ? faults + 1 : 0;
      }
    };
    // All come to an end before the run does, also when the lock is lost.
    const ends = await Promise.allSettled(Array.from({ length: this.width() }, worker));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return [...again, ...queue];
  }

  /** One refusing address, and one row that breaks something, stops nobody else (M8). */
  private async deliverTo(person: string, now: Date, total: Delivered) {
    let later = false;
    let away = false;
    try {
      const { mails, dropped } = await this.delivery.prepare(person, now);
      total.skipped += dropped;
      for (const { mailId, attempts } of mails) {
        const outcome = await this.delivery.send(mailId, now);
        total.sent += outcome.sent;
        total.skipped += outcome.dropped;
        if (outcome.refused) total.refused.push(outcome.refused);
        // What earlier runs have tried as often is tried once in this one.
        later ||= outcome.later && attempts <= this.retries.pauses.length;
        away = outcome.away;
      }
    } catch (error) {
      total.broken += 1;
      this.log.error(`Mail for account ${person} failed: ${(error as Error).name}`);
    }
    return { later, away };
  }

  /** Half of the connections stay free for the pages. */
  private width(): number {
    const { poolSize = widest } = this.dataSource.options;
    return Math.max(1, Math.min(widest, Math.floor(poolSize / 2)));
  }
}
