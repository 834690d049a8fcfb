import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import type { Watched } from '../reminders/watch.service.js';
import type { MetricsRow } from './metrics.query.js';

/** The facts as gauges, in the text form of Prometheus; the process's own beside them. */
export class Metrics {
  private readonly registry = new Registry();
  private readonly runAge = this.gauge(
    'keyturn_reminder_run_age_seconds',
    'Seconds since the last complete daily run; NaN when there was none.',
  );
  private readonly run = this.gauge(
    'keyturn_reminder_run_reminders',
    'Reminders in the last complete run that had something to do; no_recipient counts secrets.',
    'outcome',
  );
  private readonly troubles = this.gauge(
    'keyturn_reminder_troubles',
    'What /health/reminders complains about; 0 when all is well.',
  );
  private readonly reminders = this.gauge(
    'keyturn_reminders_waiting',
    'Reminders that are due and not sent.',
  );
  private readonly waiting = this.gauge('keyturn_mails_waiting', 'Mails that wait to be sent.');
  private readonly oldest = this.gauge(
    'keyturn_mails_oldest_waiting_age_seconds',
    'Age of the oldest mail that waits; 0 when none does.',
  );
  private readonly failed = this.gauge(
    'keyturn_mails_failed_last_day',
    'Mails that were refused for good in the last 24 hours.',
  );

  constructor() {
    collectDefaultMetrics({ register: this.registry });
  }

  get contentType(): string {
    return this.registry.contentType;
  }

  text({ lastComplete, troubles }: Watched, row: MetricsRow, now: Date): Promise<string> {
    this.runAge.set(lastComplete ? secondsSince(lastComplete, now) : NaN);
    const { noRecipient, ...counts } = row.run ?? nothing;
    for (const [outcome, count] of Object.entries({ ...counts, no_recipient: noRecipient })) {
      this.run.set({ outcome }, count);
    }
    this.troubles.set(troubles.length);
    this.reminders.set(row.remindersWaiting);
    this.waiting.set(row.mailsWaiting);
    this.oldest.set(row.oldestWaiting ? secondsSince(row.oldestWaiting, now) : 0);
    this.failed.set(row.mailsFailed);
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}

const nothing = { due: 0, sent: 0, failed: 0, skipped: 0, noRecipient: 0 };

function secondsSince(then: Date, now: Date): number {
  return Math.max(0, (now.getTime() - then.getTime()) / 1_000);
}
