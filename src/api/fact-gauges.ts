import { Gauge, Registry } from 'prom-client';
import type { Watched } from '../reminders/watch.service.js';
import type { MetricsRow } from './metrics.query.js';

export interface Facts {
  watched: Watched;
  row: MetricsRow;
}

/** What the database says: the same from every instance. */
export class FactGauges {
  readonly registry = new Registry();
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
  private readonly audit = this.gauge(
    'keyturn_audit_events',
    'Position of the head of the audit; it never goes back.',
  );
  private readonly auditHead = this.gauge(
    'keyturn_audit_head_mail_age_seconds',
    'Seconds since a head of the audit was last mailed outside; NaN when none was.',
  );
  private readonly backup = this.gauge(
    'keyturn_backup_age_seconds',
    'Seconds since the last backup came to its end; NaN when none is on record.',
  );

  text({ watched, row }: Facts, now: Date): Promise<string> {
    const age = (then: Date | null, otherwise = NaN) =>
      then ? Math.max(0, (now.getTime() - then.getTime()) / 1_000) : otherwise;
    const { noRecipient, ...counts } = row.run ?? nothing;
    for (const [outcome, count] of Object.entries({ ...counts, no_recipient: noRecipient })) {
      this.run.set({ outcome }, count);
    }
    this.runAge.set(age(watched.lastComplete));
    this.troubles.set(watched.troubles.length);
    this.reminders.set(row.remindersWaiting);
    this.waiting.set(row.mailsWaiting);
    this.oldest.set(age(row.oldestWaiting, 0));
    this.failed.set(row.mailsFailed);
    this.audit.set(row.auditEvents);
    this.auditHead.set(age(row.auditHeadSent));
    this.backup.set(age(row.lastBackup));
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}

const nothing = { due: 0, sent: 0, failed: 0, skipped: 0, noRecipient: 0 };
