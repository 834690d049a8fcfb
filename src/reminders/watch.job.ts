import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { Config } from '../platform/config/config.js';
import { Watch } from './watch.service.js';

/** Looks every five minutes, between the ticks of the reminders, whether they still work (M12). */
@Injectable()
export class WatchJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('Watch');

  constructor(
    private readonly watch: Watch,
    private readonly registry: SchedulerRegistry,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    // Tests set the clock and look themselves.
    if (this.config.NODE_ENV === 'test') return;
    const job = CronJob.from({
      cronTime: '30 2-59/5 * * * *',
      onTick: () => this.look(),
      waitForCompletion: true,
    });
    this.registry.addCronJob('watch', job);
    job.start();
  }

  onModuleDestroy(): void {
    if (this.registry.doesExist('cron', 'watch')) this.registry.deleteCronJob('watch');
  }

  /** The log is a third route; it says the kinds alone. */
  private async look(): Promise<void> {
    try {
      const troubles = await this.watch.look();
      for (const { kind } of troubles) this.log.error(`The reminders need somebody: ${kind}`);
    } catch (error) {
      this.log.error(`The reminders could not be watched: ${(error as Error).name}`);
    }
  }
}
