import { randomUUID } from 'node:crypto';
import { type DataSource, IsNull, Not } from 'typeorm';
import type { Clock } from '../platform/clock.js';
import { describeDatabaseError } from '../platform/database/redacting-logger.js';
import { utcDay } from '../platform/utc-day.js';
import { ReminderRun } from './reminder.entity.js';

/** Ledger rows, but `noRecipient` counts secrets. `due` = `sent` + `failed` + `skipped`. */
export interface RunResult {
  /** In play in this run. */
  due: number;
  sent: number;
  /** Refused, or not handed over by the end of the run. */
  failed: number;
  /** Dropped, because they were not needed any more. */
  skipped: number;
  /** Secrets about which nobody could be mailed. */
  noRecipient: number;
}

/** The record of one run (M12). Without an end it is a run that was killed. */
export class RunRecord {
  isOpen = false;
  private readonly run;

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    asOf: Date,
  ) {
    this.run = { id: randomUUID(), asOf, day: utcDay(asOf), startedAt: clock.now() };
  }

  /** Is this the first run for its day that comes to an end? */
  async isFirstToday(): Promise<boolean> {
    const complete = { day: this.run.day, finishedAt: Not(IsNull()), error: IsNull() };
    return !(await this.dataSource.getRepository(ReminderRun).existsBy(complete));
  }

  /** Written before the work, so that a run that is killed can be seen. */
  async open(): Promise<void> {
    this.isOpen = true;
    await this.dataSource.getRepository(ReminderRun).insert(this.run);
  }

  /** @param fault what went wrong; no value of a row is written */
  async close(result: RunResult | undefined, fault?: unknown): Promise<void> {
    const error = fault === undefined ? null : describeDatabaseError(fault);
    const finishedAt = this.clock.now();
    await this.dataSource
      .getRepository(ReminderRun)
      .upsert({ ...this.run, ...result, finishedAt, error }, ['id']);
  }
}
