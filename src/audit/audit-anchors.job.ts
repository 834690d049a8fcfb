import {
  Injectable,
  Logger,
  type OnApplicationBootstrap,
  type OnModuleDestroy,
} from '@nestjs/common';
import { SchedulerRegistry } from '@nestjs/schedule';
import { CronJob } from 'cron';
import { Config } from '../platform/config/config.js';
import { AuditAnchors } from './audit-anchors.service.js';

/** Asks every ten minutes whether today's head has gone out: downtime and restarts lose no day. */
@Injectable()
export class AuditAnchorsJob implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly log = new Logger('Audit');

  constructor(
    private readonly anchors: AuditAnchors,
    private readonly registry: SchedulerRegistry,
    private readonly config: Config,
  ) {}

  onApplicationBootstrap(): void {
    // Tests set the clock and ask themselves.
    if (this.config.NODE_ENV === 'test' || !this.config.AUDIT_HEAD_TO) return;
    const job = CronJob.from({
      cronTime: '15 4-59/10 * * * *',
      onTick: () => this.tick(),
      waitForCompletion: true,
    });
    this.registry.addCronJob('audit head', job);
    job.start();
  }

  onModuleDestroy(): void {
    if (this.registry.doesExist('cron', 'audit head')) this.registry.deleteCronJob('audit head');
  }

  private async tick(): Promise<void> {
    try {
      await this.anchors.daily();
    } catch (error) {
      this.log.error(`The head of the audit could not be mailed: ${(error as Error).name}`);
    }
  }
}
