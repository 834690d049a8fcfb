import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Pages } from '../platform/web/pages.js';
import { applicationsPage } from './applications-list.page.js';
import { applicationFilters, findApis, findApplicationList } from './applications-list.query.js';
import { slice } from './keyset.js';
import { chosen, orderCursor, orderKey, orderValue, readOrder } from './list-order.js';
import { searchText } from './search-text.js';

/** All applications, to be narrowed to those that somebody has to look after. */
@ItOnly()
@Controller('admin/applications')
export class ApplicationsListController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const apis = await findApis(this.dataSource);
    const filter = {
      q: searchText(query.q),
      organisation: searchText(query.organisation),
      api: chosen(
        query.api,
        apis.map(({ code }) => code),
      ),
      show: chosen(query.show, applicationFilters),
      order: readOrder(query.sort),
    };
    const now = this.clock.now();
    const cursor = orderCursor(filter.order, query);
    const found = await findApplicationList(this.dataSource, filter, cursor, now);
    const { order, ...kept } = filter;
    const { rows, pagination } = slice(found, cursor, orderKey(order), {
      ...kept,
      sort: orderValue(order),
    });
    return this.pages.send(request, reply, () => ({
      view: 'admin/applications',
      title: t`Applications`,
      model: applicationsPage(filter, apis, rows, pagination, now),
    }));
  }
}
