import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { AuditAnchors } from '../audit/audit-anchors.service.js';
import { ItOnly } from '../authentication/marks.js';
import { SigningKeys } from '../oauth/signing-keys.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { countKeyNeeds } from '../platform/keys/kept.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { Pages } from '../platform/web/pages.js';
import { Watch } from '../reminders/watch.service.js';
import { findLeaks } from './leaks.query.js';
import { type OperationsFacts, operationsPage } from './operations.page.js';
import { findDatabaseFacts, findFailedMails, findWaitingMails } from './operations.query.js';
import { findRuns } from './reminder-runs.query.js';

/** How the service is: runs, mails, keys, settings, database. Nothing secret is on it. */
@ItOnly()
@Controller('admin/operations')
export class OperationsController {
  constructor(
    private readonly signingKeys: SigningKeys,
    private readonly watch: Watch,
    private readonly anchors: AuditAnchors,
    private readonly keys: Keys,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const facts = await this.facts();
    return this.pages.send(request, reply, () => ({
      view: 'admin/operations',
      title: t`Operations`,
      model: operationsPage(facts, this.keys, this.config, this.clock.now()),
    }));
  }

  private async facts(): Promise<OperationsFacts> {
    const { dataSource } = this;
    const now = this.clock.now();
    const runs = await findRuns(dataSource, undefined, now);
    const database = await findDatabaseFacts(dataSource);
    return {
      offset: this.clock.now().getTime() - database.now.getTime(),
      leaks: await findLeaks(dataSource),
      runs: runs.slice(0, 5),
      lastComplete: (await this.watch.now()).lastComplete,
      waiting: await findWaitingMails(dataSource),
      failed: await findFailedMails(dataSource, now),
      head: await this.anchors.last(),
      signingKeys: await this.signingKeys.list(),
      keyNeeds: await countKeyNeeds(dataSource, now),
      known: dataSource.migrations.map(({ name, constructor }) => name ?? constructor.name),
      database,
    };
  }
}
