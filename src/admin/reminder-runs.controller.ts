import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly } from '../authentication/marks.js';
import { Pages } from '../platform/web/pages.js';
import { readCursor, slice } from './keyset.js';
import type { RemindersPage } from './models.js';
import { runLine } from './reminder-runs.page.js';
import { findRuns } from './reminder-runs.query.js';

/** Whether the reminders go out (M12). */
@ItOnly()
@Controller('admin/reminders')
export class ReminderRunsController {
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
    const cursor = readCursor(query, [/^\d{1,17}$/, /^[0-9a-f-]{36}$/]);
    const found = await findRuns(this.dataSource, cursor);
    const { rows, pagination } = slice(found, cursor, ({ sort, id }) => [sort, id], {});
    return this.pages.send(request, reply, {
      view: 'admin/reminders',
      title: 'Reminder runs',
      model: { runs: rows.map(runLine), pagination } satisfies RemindersPage,
    });
  }
}
