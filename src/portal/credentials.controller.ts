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
import { areFew, countEndingWeeks, countEnds, type EndCounts } from './all-ends.query.js';
import { applicationPage } from './credentials.page.js';
import { type ApplicationRow, findApplications } from './credentials.query.js';
import { connectPanel } from './connect.page.js';
import { domainsPanel } from '../domains/domain-line.js';
import { domainsHref } from './domains.page.js';
import { findDomainsOf } from '../domains/domains-of.query.js';
import { doneNotice, justDone } from './done.js';
import { findEndingFirst, type Placed } from './ending-first.query.js';
import { applicationHref } from './hrefs.js';
import { homeHref, readHomeFilter } from './home-filter.js';
import { homePage } from './home.page.js';
import { findHome, type HomeCounts, type HomeFilter, type Place } from './home.query.js';
import type { ApplicationPage, HomePage } from './models.js';
import { findNarrowed } from './narrowed.query.js';
import { noRolePage } from './no-role.page.js';
import { secretPage } from './secret.page.js';
import { seesAll } from './places.js';
import { timeLine } from './time-line.page.js';
import { type EndingWeek, findEndingWeeks } from './time-line.query.js';
import { hasUsage } from './usage.query.js';

/** Applications on one page of the list. */
const pageSize = 50;

interface Listed {
  rows: ApplicationRow[];
  /** The last row, when there are more. */
  next?: Place;
  /** Of all filters; of a search only where there are not too many. */
  counts?: HomeCounts;
  ends?: EndCounts;
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
    if (!viewer.may.has('applications.see')) return this.noRole(request, reply);
    const now = this.clock.now();
    const filter = readHomeFilter(query);
    const many = seesAll(viewer) && !(await areFew(this.dataSource));
    const { rows, next, ...counted } = await this.listed(viewer, filter, now, many);
    const weeks = filter.after ? [] : await this.endingWeeks(viewer, now, many);
    return this.pages.send(request, reply, () => ({
      view: 'portal/home',
      title: t`Applications`,
      model: {
        ...homePage(viewer, filter, counted, rows, now),
        timeLine: timeLine(weeks, now),
        moreHref: next && homeHref({ ...filter, after: next }),
      } satisfies HomePage,
    }));
  }

  private endingWeeks(viewer: Viewer, now: Date, many: boolean): Promise<EndingWeek[]> {
    return many
      ? countEndingWeeks(this.dataSource, viewer, now)
      : findEndingWeeks(this.dataSource, viewer, now);
  }

  private async listed(
    viewer: Viewer,
    filter: HomeFilter,
    now: Date,
    many: boolean,
  ): Promise<Listed> {
    if (many) return this.listedOfMany(viewer, filter, now);
    const found = await findHome(this.dataSource, viewer, now, filter, pageSize);
    const { counts } = found;
    return { ...(await this.pageOf(viewer, found.rows, now)), counts };
  }

  private async listedOfMany(viewer: Viewer, filter: HomeFilter, now: Date): Promise<Listed> {
    const limit = pageSize + 1;
    if (filter.q || filter.show) {
      const found = await findNarrowed(this.dataSource, viewer, now, filter, limit);
      return this.pageOf(viewer, found, now);
    }
    const found = await findEndingFirst(this.dataSource, viewer, now, filter.after, limit);
    const ends = await countEnds(this.dataSource, viewer, now);
    return { ...(await this.pageOf(viewer, found, now)), ends };
  }

  /** @param found one more than the page holds where there are more */
  private async pageOf(viewer: Viewer, found: Placed[], now: Date): Promise<Listed> {
    const page = found.slice(0, pageSize);
    const ids = page.map(({ id }) => id);
    const rows = await findApplications(this.dataSource, viewer, now, { ids, limit: pageSize });
    return { rows, next: found.length > pageSize ? page.at(-1)!.place : undefined };
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
    const used = this.config.DOMAINS === 'on' && (await hasUsage(this.dataSource, row.id));
    const change = await justDone(this.dataSource, viewer, uuidIn(done), now);
    const domains =
      this.config.DOMAINS === 'on'
        ? await findDomainsOf(this.dataSource, viewer, now, row.id)
        : undefined;
    return this.pages.send(request, reply, () => ({
      view: 'portal/application',
      title: row.name,
      notice: doneNotice(done),
      model: {
        ...applicationPage(row, now, {
          most: this.config.SECRETS_PER_APPLICATION,
          viewer,
          domains: this.config.DOMAINS === 'on',
        }),
        usageHref: used ? `${applicationHref(row.id)}/usage` : undefined,
        done: change?.(),
        domains: domains && domainsPanel(domains, domainsHref(row.id)),
        connect: connectPanel(row, this.config.PUBLIC_URL, domains?.domains),
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
      title: request.viewer!.may.size > 0 ? t`Applications` : t`No role yet`,
      model: noRolePage(request.viewer!, organisation?.name),
    }));
  }
}
