import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import type { SupportPage } from './models.js';
import { withinReach } from './reach.js';
import { foundPage, supportApplicationPage } from './support.page.js';
import { findSupportFacts } from './support.query.js';
import { supportSearch } from './support-search.js';
import { findForSupport } from './support-search.query.js';

/** Answers what people ask support: find it, and see why it does not work (P4). Nothing changes here. */
@ItOnly('support.see')
@Controller('admin/support')
export class SupportController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async search(
    @Query('q') typed: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const search = supportSearch(typed);
    const now = this.clock.now();
    const found = search.q ? await findForSupport(this.dataSource, search, now) : undefined;
    return this.pages.send(request, reply, () => ({
      view: 'admin/support',
      title: t`Support`,
      model: withinReach(
        found ? foundPage(search.q, found, now) : { q: '' },
        request.viewer!,
      ) satisfies SupportPage,
    }));
  }

  @Get(':id')
  async show(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const now = this.clock.now();
    const row = await findSupportFacts(this.dataSource, uuidOf(id), now);
    if (!row) throw new NotFound('no such application');
    return this.pages.send(request, reply, () => ({
      view: 'admin/support-application',
      title: t`Support: ${row.name}`,
      model: withinReach(supportApplicationPage(row, now), request.viewer!),
    }));
  }
}
