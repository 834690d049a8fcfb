import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { addDays, utcDay } from '../platform/utc-day.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { type Period, periods, usagePage } from './usage.page.js';
import { findUsage } from './usage.query.js';

/** How often an application called by header authentication, from which domains, and what. */
@Controller('manage-api-credentials/:application/usage')
export class UsageController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(
    @Param('application') id: string,
    @Query('days') days: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const today = utcDay(now);
    const applicationId = uuidOf(id);
    const period: Period = periods.find((each) => String(each) === days) ?? 30;
    const asked = { userId: request.viewer!.id, now, applicationId };
    const found = await findUsage(this.dataSource, asked, addDays(today, 1 - period));
    const most = this.config.HEADER_CALLS_PER_MINUTE;
    return this.pages.send(request, reply, () => ({
      view: 'portal/usage',
      title: t`Usage of ${found.name}`,
      model: usagePage(applicationId, found, period, today, most),
    }));
  }
}
