import { Injectable, Logger } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Gate } from '../platform/gate.js';
import { Mailer } from '../platform/mail/mailer.js';
import { countWaiting, findWaiting } from './ledger.js';
import type { Refused } from './notices.js';
import { PeopleQueue } from './people-queue.js';
import { type Claim, Delivery, type Outcome, type Wish } from './reminders.delivery.js';
import { Retries } from './retries.js';
import { LockLost, type RunLock } from './run-lock.js';

/** What a run did so far, in ledger rows. */
export interface Delivered {
  due: number;
  sent: number;
  skipped: number;
  /** Refused for good. */
  failed: number;
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
  /** Told after every message. */
  watch?: (delivered: Delivered) => Promise<void>;
}

/** After so many faults in a row that are nobody's own the mail server is away: it is asked later. */
const enough = 10;
/** For each connection one message on the way or being written down, and one claimed ahead of it. */
const peoplePerConnection = 2;
/** So many people at most are tried again in the same run; the next one comes in five minutes. */
const againAtMost = 10_000;
/** Support is told so many by address. */
const refusedAtMost = 1_000;
/** Milliseconds that a claimed message may wait for a connection before everything is looked at again (R8). */
const fresh = 100;

/** Goes through the people for whom something is due, and again through those that have to wait. */
@Injectable()
export class Passes {
  private readonly log = new Logger('Reminders');

  constructor(
    private readonly dataSource: DataSource,
    private readonly delivery: Delivery,
    private readonly retries: Retries,
    private readonly mailer: Mailer,
  ) {}

  async deliver(run: RunContext): Promise<Delivered> {
    const { now, force } = run;
    const db = this.dataSource.manager;
    const due = await countWaiting(db, now, force);
    const total: Delivered = { due, sent: 0, skipped: 0, failed: 0, refused: [], broken: 0 };
    await run.watch?.(total);
    const queue = new PeopleQueue((after) => findWaiting(db, now, force, after, 500));
    for (const pause of [0, ...this.retries.pauses]) {
      if (pause > 0) await this.retries.wait(pause, run.signal).catch(() => undefined);
      const { again, away } = await this.pass(queue, run, total);
      if ((again.length === 0 && !away) || run.signal.aborted) break;
      queue.putFirst(again);
    }
    return total;
  }

  /** @returns who is to be tried again in this run, and whether it ended before its time */
  private async pass(queue: PeopleQueue, run: RunContext, total: Delivered) {
    const again: string[] = [];
    let faults = 0;
    const isOver = () => faults >= enough || run.signal.aborted;
    const { width: connections } = this.mailer;
    const way = { gate: new Gate(connections), isOver };
    const worker = async () => {
      while (!isOver()) {
        const person = await queue.next();
        if (person === undefined) return;
        const { later, away } = await this.deliverTo(person, run, total, way);
        if (later && again.length < againAtMost) again.push(person);
        faults = away ? faults + 1 : 0;
        await run.watch?.(total);
      }
    };
    const width = connections * peoplePerConnection;
    // All come to an end before the run does, also when the lock is lost.
    const ends = await Promise.allSettled(Array.from({ length: width }, worker));
    for (const end of ends) if (end.status === 'rejected') throw end.reason;
    return { again, away: faults >= enough };
  }

  /** One refusing address, and one row that breaks something, stops nobody else (M8). */
  private async deliverTo(person: string, run: RunContext, total: Delivered, way: Way) {
    const tried: string[] = [];
    let later = false;
    let away = false;
    try {
      for (let more = true; more;) {
        const wish = { recipientId: person, now: run.now, lock: run.lock, tried };
        const attempt = await this.attempt(wish, way);
        total.skipped += attempt.dropped;
        more = attempt.more;
        if (attempt.ended) return { later: true, away: true };
        const { claimed, outcome } = attempt;
        if (!claimed || !outcome) continue;
        tried.push(claimed.mailId);
        note(outcome, total);
        // What earlier runs have tried as often is tried once in this one.
        later ||= outcome.later && claimed.attempts <= this.retries.pauses.length;
        away = outcome.away;
      }
    } catch (error) {
      if (error instanceof LockLost) throw error;
      total.broken += 1;
      this.log.error(`Mail for account ${person} failed: ${(error as Error).name}`);
    }
    return { later, away };
  }

  /** Claims one message, and sends it over a connection whose last message is settled. */
  private async attempt(wish: Wish, { gate, isOver }: Way): Promise<Attempted> {
    const claim = await this.delivery.claim(wish);
    const { claimed, ...rest } = claim;
    if (!claimed) return rest;
    const claimedAt = performance.now();
    await gate.enter();
    try {
      if (isOver()) {
        await this.delivery.release(claimed);
        return { ...rest, ended: true };
      }
      if (performance.now() - claimedAt <= fresh) return await this.send(claim, wish.now);
      const again = await this.delivery.claim({ ...wish, renew: claimed.mailId });
      const dropped = claim.dropped + again.dropped;
      return await this.send({ claimed: again.claimed, dropped, more: claim.more }, wish.now);
    } finally {
      gate.leave();
    }
  }

  private async send(claim: Claim, now: Date): Promise<Attempted> {
    if (!claim.claimed) return claim;
    return { ...claim, outcome: await this.delivery.send(claim.claimed, now) };
  }
}

interface Attempted extends Claim {
  outcome?: Outcome;
  /** Nothing was sent, because the pass has ended meanwhile. */
  ended?: boolean;
}

interface Way {
  /**
   * The connections. Each is taken until the answer to its message is committed, so a process that is
   * killed leaves one message for each behind of which nobody knows whether it arrived.
   */
  gate: Gate;
  /** Did the pass come to its end early? */
  isOver: () => boolean;
}

function note({ sent, refused }: Outcome, total: Delivered): void {
  total.sent += sent;
  if (!refused) return;
  total.failed += refused.secrets.length;
  if (total.refused.length < refusedAtMost) total.refused.push(refused);
}
