import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { Config } from '../platform/config/config.js';
import { Readiness } from '../platform/health/readiness.js';
import { Reminders } from './reminders.service.js';

/** Instances that are started together do not all ask at once, and a start is not held up. */
const soonAfterStart = 10_000;

/** Seconds that this machine's clock may be off: the wrong day would be mailed about. */
const largestOffset = 30;

/**
 * Asks every five minutes whether something is due (M4). The ledger knows, not the schedule: a clock
 * step, a restart or a day of downtime loses nothing.
 */
@Injectable()
export class RemindersJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('Reminders');

  constructor(
    private readonly reminders: Reminders,
    private readonly readiness: Readiness,
    private readonly registry: SchedulerRegistry,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    // Tests set the clock and run the reminders themselves.
    if (this.config.NODE_ENV === 'test') return;
    const job = CronJob.from({
      cronTime: '0 */5 * * * *',
      onTick: () => this.tick(),
      waitForCompletion: true,
      errorHandler: (error) => this.complain(error),
    });
    this.registry.addCronJob('reminders', job);
    job.start();
    const first = setTimeout(() => void job.fireOnTick(), soonAfterStart);
    this.registry.addTimeout('reminders', first);
  }

  onModuleDestroy(): void {
    if (!this.registry.doesExist('cron', 'reminders')) return;
    this.registry.deleteTimeout('reminders');
    this.registry.deleteCronJob('reminders');
  }

  async tick(): Promise<void> {
    const { state } = await this.readiness.look();
    if (Math.abs(state?.clockOffset ?? 0) > largestOffset) {
      this.log.error('No run is begun: the clocks of this machine and the database differ');
      return;
    }
    await this.reminders.run().catch((error: unknown) => this.complain(error));
  }

  /** The run is recorded with its error; the log must not repeat what a statement was about. */
  private complain(error: unknown): void {
    this.log.error(`The run broke off: ${error instanceof Error ? error.name : 'unknown'}`);
  }
}
