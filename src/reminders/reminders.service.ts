import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Clock, FixedClock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { dueInstant } from '../platform/due-instant.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { utcDay } from '../platform/utc-day.js';
import { reopenEnds } from './ledger.js';
import { Passes } from './passes.js';
import { Planning } from './reminders.planning.js';
import { type RunLock, withRunLock } from './run-lock.js';
import { RunRecord, type RunResult } from './run-record.js';
import { Undelivered } from './undelivered.js';

export interface RunWish {
  /** The instant that the run answers for; the present when absent. */
  now?: Date;
  /** Also before the hour, and what is in a pause after an attempt. */
  force?: boolean;
  /** Told how far the run is, often. */
  watch?: (progress: Progress) => void;
}

/** Ledger rows. */
export type Progress = Omit<RunResult, 'noRecipient'>;

type Manner = Required<Pick<RunWish, 'force'>> & Pick<RunWish, 'watch'> & { clock: Clock };

/** Looks at the state of all secrets and mails what is due (M1–M10). */
@Injectable()
export class Reminders implements OnModuleDestroy {
  private readonly log = new Logger('Reminders');
  private readonly stopping = new AbortController();
  private readonly undelivered: Undelivered;
  private current: Promise<unknown> = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly planning: Planning,
    private readonly passes: Passes,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {
    this.undelivered = new Undelivered(dataSource, outbox, config);
  }

  /**
   * @returns undefined before the hour of the day (M4), and when another instance is at work
   * @throws Error when the run broke off; it is in the record of runs
   */
  async run({ now, force = false, watch }: RunWish = {}): Promise<RunResult | undefined> {
    // A run for another instant happens at that instant, also for the record of runs and the audit.
    const clock = now ? new FixedClock(now) : this.clock;
    if (!force && clock.now() < this.dueToday(clock.now())) return undefined;
    const run = this.runAlone({ clock, force, watch });
    this.current = run.catch(() => undefined);
    return run;
  }

  /** The message in hand is finished, the rest stays due. */
  async onModuleDestroy(): Promise<void> {
    this.stopping.abort();
    await this.current;
  }

  private async runAlone(manner: Manner): Promise<RunResult | undefined> {
    const result = await withRunLock(this.dataSource, (lock) => this.recorded(manner, lock));
    // After the lock, since it is not for these: what support is told leaves at once.
    await this.outbox
      .deliverDue()
      .catch((error: Error) => this.log.error(`Notices are waiting: ${error.name}`));
    return result;
  }

  private async recorded(manner: Manner, lock: RunLock): Promise<RunResult> {
    const now = manner.clock.now();
    const record = new RunRecord(this.dataSource, manner.clock, now);
    if (manner.force || (await record.isFirstToday())) await record.open();
    try {
      const { result, fault } = await this.work(manner, now, lock, record);
      if (record.isOpen || result.due > 0 || fault) await record.close(result, fault);
      return result;
    } catch (error) {
      await record.close(undefined, error);
      throw error;
    }
  }

  private async work({ force, watch }: Manner, now: Date, lock: RunLock, record: RunRecord) {
    const { signal } = this.stopping;
    await reopenEnds(this.dataSource.manager, now);
    const planned = await this.planning.plan(now, lock);
    const told = async ({ due, sent, failed, skipped }: Progress) => {
      if (due === 0) return;
      const { skipped: before } = planned;
      const progress = { due: due + before, sent, failed, skipped: skipped + before };
      watch?.(progress);
      await record.open();
      await record.progress(progress);
    };
    const delivered = await this.passes.deliver({ now, force, lock, signal, watch: told });
    await this.undelivered.tellSupport(delivered);
    await this.undelivered.warnOthers(now);
    const { sent } = delivered;
    const due = planned.skipped + delivered.due;
    const skipped = planned.skipped + delivered.skipped;
    const { noRecipient } = planned;
    const result = { due, sent, failed: due - sent - skipped, skipped, noRecipient };
    const faults = delivered.broken;
    return {
      result,
      fault: faults > 0 ? new Error(`${faults} left out because of a fault`) : undefined,
    };
  }

  private dueToday(now: Date): Date {
    return dueInstant(utcDay(now), this.config.REMINDER_HOUR, this.config.REMINDER_ZONE);
  }
}
