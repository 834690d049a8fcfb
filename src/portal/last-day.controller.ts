import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { ManagedApplication, notManaged } from './application-sight.js';
import { findApplications } from './credentials.query.js';
import { LastDays } from './last-days.js';
import { lastDayWords } from './secret-new.page.js';

/** What a last day means, for the script of the form: so that the rules stand in one place. */
@SeenBy(ManagedApplication)
@Controller('manage-api-credentials/:application/secrets/new/words')
export class LastDayController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly lastDays: LastDays,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async words(
    @Param('application') id: string,
    @Query('lastDay') lastDay: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const [row] = await findApplications(this.dataSource, request.viewer!, now, {
      applicationId: uuidOf(id),
      limit: 1,
    });
    if (!row) throw new NotFound('no such application for this user');
    if (!row.mayManage) throw new Forbidden(notManaged);
    const facts = await this.lastDays.factsOf(row, now);
    const chosen = typeof lastDay === 'string' ? lastDay : '';
    const words = this.pages.speaking(request, () => lastDayWords(chosen, facts, now));
    return reply.header('cache-control', 'no-store').send(words);
  }
}
