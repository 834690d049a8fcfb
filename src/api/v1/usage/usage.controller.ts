import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Clock } from '../../../platform/clock.js';
import { Config } from '../../../platform/config/config.js';
import { NotFound } from '../../../platform/refusals.js';
import { addDays, utcDay } from '../../../platform/utc-day.js';
import { findApplication } from '../applications/applications.query.js';
import { Filter, Id } from '../contract/input.js';
import { lookers, Operation } from '../contract/operation.js';
import { ApiGuard } from '../kernel/guard.js';
import { send } from '../kernel/send.js';
import { UsageAnswer, type UsageLine, UsageQuery } from './usage.dto.js';

/** How often an application called by header authentication. */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/applications')
export class UsageApiController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Operation({
    tag: 'Applications',
    summary: 'Count the calls by header authentication',
    about: 'Of each day, domain and route, the newest day first. They are seen after some seconds.',
    scopes: lookers,
    answer: UsageAnswer,
    absent: true,
  })
  @Get(':id/usage')
  async getUsage(
    @Id('id') id: string,
    @Filter(UsageQuery) { days = 30 }: UsageQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { manager } = this.dataSource;
    const found =
      this.config.DOMAINS === 'on' && (await findApplication(manager, request.caller!, id));
    if (!found) throw new NotFound();
    const since = addDays(utcDay(this.clock.now()), 1 - days);
    const lines = await this.dataSource.query<UsageLine[]>(
      `select u.day::text as day, u.domain_id as "domainId", d.host, u.environment, u.route,
         u.count::float8 as calls
       from usage_counts u join domains d on d.id = u.domain_id
       where u.application_id = $1 and u.day >= $2
       order by u.day desc, d.host, u.domain_id, u.environment, u.route`,
      [id, since],
    );
    return send(reply, { lines } satisfies UsageAnswer);
  }
}
