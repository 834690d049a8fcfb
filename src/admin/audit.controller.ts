import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { exportEvents, type ExportForm } from '../audit/event-export.js';
import { eventValues, findEvents } from '../audit/events.query.js';
import { ItOnly } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { Pages } from '../platform/web/pages.js';
import { auditPage } from './audit.page.js';
import { filterOf, readAuditForm } from './audit.query.js';
import { withinReach } from './reach.js';
import { pageSize, readCursor, seek, slice } from './keyset.js';

const types: Record<ExportForm, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
};

/** Who did what, on what, when, from where, with which outcome (P3). */
@ItOnly('audit.see')
@Controller('admin/audit')
export class AuditController {
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
    const form = readAuditForm(query);
    const cursor = readCursor(query, [/^\d{1,18}$/]);
    const place = seek(cursor, ['e.id'], eventValues + 1, true);
    const found = await findEvents(this.dataSource, filterOf(form), {
      ...place,
      limit: pageSize + 1,
    });
    const { rows, pagination } = slice(found, cursor, ({ id }) => [id], { ...form });
    return this.pages.send(request, reply, () => ({
      view: 'admin/audit',
      title: t`Audit`,
      model: withinReach(auditPage(form, rows, pagination), request.viewer!),
    }));
  }

  /** The same events as a file, read and sent in pieces. */
  @Get('export.:form')
  export(
    @Param('form') form: string,
    @Query() query: Record<string, unknown>,
    @Res() reply: FastifyReply,
  ) {
    if (form !== 'csv' && form !== 'json') throw new NotFound('no such form of export');
    const events = exportEvents(this.dataSource, filterOf(readAuditForm(query)), form);
    const name = `audit-${utcDay(this.clock.now())}.${form}`;
    return reply
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${name}"`)
      .type(types[form])
      .send(Readable.from(events));
  }
}
