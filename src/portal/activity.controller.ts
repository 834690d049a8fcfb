import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Readable } from 'node:stream';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { utcDay } from '../platform/utc-day.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { doneColumns, type ExportForm, exportRows, refusedColumns } from './activity-export.js';
import { type ActivityForm, filterOf, kindOf, readActivityForm } from './activity-form.js';
import { activityPage, doneRow, type Found, refusedRow } from './activity.page.js';
import { findDone, findRefused, nameOfSeen } from './activity.query.js';

/** Rows on one page. */
const pageSize = 50;

const types: Record<ExportForm, string> = {
  csv: 'text/csv; charset=utf-8; header=present',
  json: 'application/json; charset=utf-8',
};

/** What was done to one application, for its people, and the calls that were refused (T4, P3). */
@Controller('manage-api-credentials/:application/activity')
export class ActivityController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Param('application') id: string,
    @Query() query: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const asked = this.asked(id, request);
    const name = await nameOfSeen(this.dataSource, asked);
    const form = readActivityForm(query);
    const found = await this.page(asked, form);
    return this.pages.send(request, reply, () => ({
      view: 'portal/activity',
      title: t`Activity of ${name}`,
      model: activityPage({ id: asked.applicationId, name }, form, found),
    }));
  }

  /** The same rows as a file, read and sent in pieces. */
  @Get('export.:form')
  async export(
    @Param('application') id: string,
    @Param('form') form: string,
    @Query() query: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    if (form !== 'csv' && form !== 'json') throw new NotFound('no such form of export');
    const asked = this.asked(id, request);
    const name = await nameOfSeen(this.dataSource, asked);
    const wanted = readActivityForm(query);
    const file = `activity-${name}-${utcDay(asked.now)}.${form}`;
    return reply
      .header('cache-control', 'no-store')
      .header('content-disposition', `attachment; filename="${file}"`)
      .type(types[form])
      .send(Readable.from(this.pieces(asked, wanted, form)));
  }

  private async page(asked: Asked, form: ActivityForm): Promise<Found> {
    const one = pageSize + 1;
    const { applicationId } = asked;
    const refused = kindOf(form) === 'refused';
    const found = refused
      ? (await findRefused(this.dataSource, asked, filterOf(form), one)).map((row) => ({
          id: row.id,
          row: () => refusedRow(applicationId, row),
        }))
      : (await findDone(this.dataSource, asked, filterOf(form), one)).map((row) => ({
          id: row.id,
          row: () => doneRow(applicationId, row),
        }));
    return {
      rows: found.slice(0, pageSize).map(({ row }) => row),
      older: found.length > pageSize ? found[pageSize - 1]!.id : undefined,
    };
  }

  private pieces(asked: Asked, wanted: ActivityForm, form: ExportForm): AsyncGenerator<string> {
    const filter = filterOf({ ...wanted, older: '' });
    return kindOf(wanted) === 'refused'
      ? exportRows(refusedColumns, form, (older, limit) =>
          findRefused(this.dataSource, asked, { ...filter, older }, limit),
        )
      : exportRows(doneColumns, form, (older, limit) =>
          findDone(this.dataSource, asked, { ...filter, older }, limit),
        );
  }

  private asked(id: string, request: FastifyRequest): Asked {
    return { viewer: request.viewer!, now: this.clock.now(), applicationId: uuidOf(id) };
  }
}

type Asked = Parameters<typeof nameOfSeen>[1];
