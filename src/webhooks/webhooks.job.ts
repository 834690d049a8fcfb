import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { Config } from '../platform/config/config.js';
import { WebhookDelivering } from './delivering.service.js';
import { WebhookPlanning } from './planning.service.js';

/** Looks every ten seconds what there is to tell, and starts to send what is due. */
@Injectable()
export class WebhooksJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('Webhooks');

  constructor(
    private readonly planning: WebhookPlanning,
    private readonly delivering: WebhookDelivering,
    private readonly registry: SchedulerRegistry,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    // Tests set the clock and look themselves.
    if (this.config.NODE_ENV === 'test') return;
    const job = CronJob.from({
      cronTime: '*/10 * * * * *',
      onTick: () => this.look(),
      waitForCompletion: true,
    });
    this.registry.addCronJob('webhooks', job);
    job.start();
  }

  onModuleDestroy(): void {
    if (this.registry.doesExist('cron', 'webhooks')) this.registry.deleteCronJob('webhooks');
  }

  private async look(): Promise<void> {
    try {
      await this.planning.plan();
    } catch (error) {
      this.log.error(`What to tell was not found: ${(error as Error).name}`);
    }
    this.delivering.kick();
  }
}
