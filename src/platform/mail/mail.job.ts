import { Injectable, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { Config } from '../config/config.js';
import { Outbox } from './outbox.service.js';

/** Looks every minute for mails that could not leave at once. */
@Injectable()
export class MailJob implements OnApplicationBootstrap, OnModuleDestroy {
  constructor(
    private readonly outbox: Outbox,
    private readonly registry: SchedulerRegistry,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    // Tests set the clock and call the outbox themselves.
    if (this.config.NODE_ENV === 'test') return;
    const job = CronJob.from({ cronTime: '30 * * * * *', onTick: () => this.outbox.kick() });
    this.registry.addCronJob('mails', job);
    job.start();
  }

  onModuleDestroy(): void {
    if (this.registry.doesExist('cron', 'mails')) this.registry.deleteCronJob('mails');
  }
}
