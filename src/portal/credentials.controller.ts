import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import type { Viewer } from '../authentication/viewer.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidIn, uuidOf } from '../platform/web/uuid-param.js';
import { ledgerOf } from '../reminders/reminders.query.js';
import { applicationPage } from './credentials.page.js';
import { type ApplicationRow, findApplications } from './credentials.query.js';
import { doneNotice, justDone } from './done.js';
import { homeHref, readHomeFilter } from './home-filter.js';
import { homePage, placeOf } from './home.page.js';
import { findHome, type HomeCounts, type HomeFilter, type Place } from './home.query.js';
import type { ApplicationPage, HomePage, NoRolePage } from './models.js';
import { secretPage } from './secret.page.js';
import { timeLine } from './time-line.page.js';
import { findEndingWeeks } from './time-line.query.js';

/** Applications on one page of the list. */
const pageSize = 50;

interface Listed {
  rows: ApplicationRow[];
  /** The last row, when there are more. */
  next?: Place;
  counts?: HomeCounts;
}

/** The pages that show applications and secrets; they change nothing. */
@Controller()
export class CredentialsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get()
  start(@Res() reply: FastifyReply) {
    return reply.redirect('/manage-api-credentials', 303);
  }

  /** The address of an earlier portal (R11). */
  @Get('manage-clients')
  moved(@Res() reply: FastifyReply) {
    return reply.redirect('/manage-api-credentials', 301);
  }

  @Get('manage-api-credentials')
  async home(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const viewer = request.viewer!;
    if (!viewer.it && !viewer.orgAdmin && !viewer.manager) return this.noRole(request, reply);
    const now = this.clock.now();
    const filter = readHomeFilter(query);
    const { rows, counts, next } = await this.listed(viewer, filter, now);
    const weeks = viewer.it ? [] : await findEndingWeeks(this.dataSource, viewer, now);
    return this.pages.send(request, reply, () => ({
      view: 'portal/home',
      title: t`Applications`,
      model: {
        ...homePage(viewer, filter, counts, rows, now),
        timeLine: filter.after ? undefined : timeLine(weeks, now),
        moreHref: next && homeHref({ ...filter, after: next }),
      } satisfies HomePage,
    }));
  }

  /** The whole list of IT is read by its order; to count it would take a look at everything. */
  private async listed(viewer: Viewer, filter: HomeFilter, now: Date): Promise<Listed> {
    if (viewer.it && !filter.q && !filter.show && !filter.after) {
      const limit = pageSize + 1;
      const rows = await findApplications(this.dataSource, viewer, now, { limit });
      const last = rows.length > pageSize ? rows[pageSize - 1] : undefined;
      return { rows: rows.slice(0, pageSize), next: last && placeOf(last, now) };
    }
    const found = await findHome(this.dataSource, viewer, now, filter, pageSize);
    const ids = found.rows.slice(0, pageSize).map(({ id }) => id);
    const rows = await findApplications(this.dataSource, viewer, now, { ids, limit: pageSize });
    const next = found.rows.length > pageSize ? found.rows[pageSize - 1]!.place : undefined;
    return { rows, next, counts: viewer.it ? undefined : found.counts };
  }

  @Get('manage-api-credentials/:application')
  async application(
    @Param('application') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const viewer = request.viewer!;
    const [row] = await findApplications(this.dataSource, viewer, now, {
      applicationId: uuidOf(id),
      limit: 1,
    });
    if (!row) throw new NotFound('no such application for this user');
    const change = await justDone(this.dataSource, viewer, uuidIn(done), now);
    return this.pages.send(request, reply, () => ({
      view: 'portal/application',
      title: row.name,
      model: {
        ...applicationPage(row, now, {
          most: this.config.SECRETS_PER_APPLICATION,
          publicUrl: this.config.PUBLIC_URL,
          viewer,
        }),
        done: change?.(),
      } satisfies ApplicationPage,
    }));
  }

  @Get('manage-api-credentials/:application/secrets/:secret')
  async secret(
    @Param('application') applicationId: string,
    @Param('secret') secretId: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const [row] = await findApplications(this.dataSource, request.viewer!, now, {
      applicationId: uuidOf(applicationId),
      secretId: uuidOf(secretId),
      limit: 1,
    });
    const secret = row?.secrets.find(({ id }) => id === uuidOf(secretId));
    if (!row || !secret) throw new NotFound('no such secret for this user');
    const ledger = await ledgerOf(this.dataSource, [secret.id], request.viewer!, now);
    const change = await justDone(this.dataSource, request.viewer!, uuidIn(done), now);
    return this.pages.send(request, reply, () => ({
      view: 'portal/secret',
      title: secret.name,
      notice: change ? { kind: 'success', text: change() } : doneNotice(done),
      model: secretPage(
        row,
        secret,
        ledger,
        { viewerId: request.viewer!.id, most: this.config.SECRETS_PER_APPLICATION },
        now,
      ),
    }));
  }

  private async noRole(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const [organisation] = await this.dataSource.query<{ name: string }[]>(
      `select name from organisations where id = $1`,
      [request.viewer!.organisationId],
    );
    return this.pages.send(request, reply, () => ({
      view: 'portal/no-role',
      title: t`No role yet`,
      model: { organisation: organisation?.name } satisfies NoRolePage,
    }));
  }
}
