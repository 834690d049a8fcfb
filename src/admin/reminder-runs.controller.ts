import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { Watch } from '../reminders/watch.service.js';
import { readCursor, slice } from './keyset.js';
import type { RemindersPage } from './models.js';
import { runPage } from './reminder-run.page.js';
import { findRun, findRunReminders } from './reminder-run.query.js';
import { alarmLine, runLine } from './reminder-runs.page.js';
import { findAlarms, findRuns } from './reminder-runs.query.js';
import { moment } from './words.js';

/** Whether the reminders go out (M12). */
@ItOnly()
@Controller('admin/reminders')
export class ReminderRunsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly watch: Watch,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const cursor = readCursor(query, [/^\d{1,17}$/, /^[0-9a-f-]{36}$/]);
    const found = await findRuns(this.dataSource, cursor, this.clock.now());
    const { rows, pagination } = slice(found, cursor, ({ sort, id }) => [sort, id], {});
    const [{ lastComplete }, alarms] = [await this.watch.now(), await findAlarms(this.dataSource)];
    // Somebody who watches a run need not press a key.
    if (rows.some(({ running }) => running)) void reply.header('refresh', '5');
    return this.pages.send(request, reply, () => ({
      view: 'admin/reminders',
      title: t`Reminder runs`,
      model: {
        lastComplete: lastComplete ? moment(lastComplete) : undefined,
        routeNote: this.watch.isHeard
          ? undefined
          : t`No second route for alarms is configured. Set ALARM_WEBHOOK_URL or ALARM_SMTP_URL: the mail server may be what is broken.`,
        alarms: alarms.map(alarmLine),
        runs: rows.map(runLine),
        pagination,
      } satisfies RemindersPage,
    }));
  }

  /** What one run planned and sent, and to whom. */
  @Get(':id')
  async show(
    @Param('id') id: string,
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const run = await findRun(this.dataSource, uuidOf(id), this.clock.now());
    if (!run) throw new NotFound();
    const cursor = readCursor(query, [/^\d{1,17}$/, /^[0-9a-f-]{36}$/]);
    const found = await findRunReminders(this.dataSource, run, cursor);
    const { rows, pagination } = slice(found, cursor, (row) => [row.sort, row.id], {});
    if (run.running) void reply.header('refresh', '5');
    return this.pages.send(request, reply, () => ({
      view: 'admin/reminder-run',
      title: t`Reminder run of ${run.day}`,
      model: runPage(run, rows, pagination),
    }));
  }
}
