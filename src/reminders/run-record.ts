import { randomUUID } from 'node:crypto';
import { type DataSource, IsNull, Not } from 'typeorm';
import { Audit, theService } from '../audit/audit.service.js';
import type { Clock } from '../platform/clock.js';
import { describeDatabaseError } from '../platform/database/redacting-logger.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
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
  private nextProgress = 0;
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
    if (this.isOpen) return;
    this.isOpen = true;
    const seenAt = this.clock.now();
    await this.dataSource.getRepository(ReminderRun).insert({ ...this.run, seenAt });
  }

  /** What was done so far, for the page that shows the run; written at most once a second. */
  async progress({ due, sent, failed, skipped }: Omit<RunResult, 'noRecipient'>): Promise<void> {
    if (performance.now() < this.nextProgress) return;
    this.nextProgress = performance.now() + 1_000;
    const far = { due, sent, failed, skipped, seenAt: this.clock.now() };
    await this.dataSource.getRepository(ReminderRun).update({ id: this.run.id }, far);
  }

  /** @param fault what went wrong; no value of a row is written */
  async close(result: RunResult | undefined, fault?: unknown): Promise<void> {
    const error = fault === undefined ? null : describeDatabaseError(fault);
    const finishedAt = this.clock.now();
    await inTransaction(this.dataSource, async (tx) => {
      await tx.upsert(
        ReminderRun,
        { ...this.run, ...result, seenAt: finishedAt, finishedAt, error },
        ['id'],
      );
      if (error || (result && result.due > 0)) await this.tell(tx, { ...result, error });
    });
  }

  /** One audit event for a run that had something to do; who got what is in the ledger. */
  private async tell(tx: Tx, detail: Record<string, unknown>): Promise<void> {
    await new Audit(this.clock).record(tx, theService, {
      action: 'reminders.run',
      subject: { kind: 'reminder_run', id: this.run.id, name: `Run for ${this.run.day}` },
      detail,
    });
  }
}
