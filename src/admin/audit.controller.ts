import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly } from '../authentication/marks.js';
import { Pages } from '../platform/web/pages.js';
import { auditLine } from './audit.page.js';
import { findEvents } from './audit.query.js';
import { readCursor, slice } from './keyset.js';
import type { AuditPage } from './models.js';
import { searchText } from './search-text.js';

/** Who did what, on what, when, from where, with which outcome (P3). */
@ItOnly()
@Controller('admin/audit')
export class AuditController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const q = searchText(query.q);
    const cursor = readCursor(query, [/^\d{1,18}$/]);
    const found = await findEvents(this.dataSource, q, cursor);
    const { rows, pagination } = slice(found, cursor, ({ id }) => [id], { q });
    return this.pages.send(request, reply, {
      view: 'admin/audit',
      title: 'Audit',
      model: { q, events: rows.map(auditLine), pagination } satisfies AuditPage,
    });
  }
}
