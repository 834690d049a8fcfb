import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import type { TokenWish } from '../applications/resource-values.js';
import { Resources } from '../applications/resources.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { findEndings } from '../reminders/endings.query.js';
import { Forecasts } from '../reminders/forecasts.service.js';
import { ledgerOf } from '../reminders/reminders.query.js';
import { apiLine } from './catalogue.page.js';
import { doneNotice } from './done.js';
import { TokensForm } from './forms.js';
import { resourceHref } from './hrefs.js';
import type { ResourcePage, ResourcesPage } from './models.js';
import { resourceText } from './resource-secret.page.js';
import { resourceLine, resourcePage } from './resources.page.js';
import { findApis, findResource, findResources, type ResourceRow } from './resources.query.js';

/** A secret lives for a year at the most, and the last mail follows its end. */
const daysAhead = 368;

/** Resources: their tokens, and the secrets of their resource servers (A6, T3, T5). */
@ItOnly()
@Controller('admin/resources')
export class ResourcesController {
  constructor(
    private readonly resources: Resources,
    private readonly dataSource: DataSource,
    private readonly forecasts: Forecasts,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const rows = await findResources(this.dataSource);
    const apis = await findApis(this.dataSource);
    const now = this.clock.now();
    return this.pages.send(request, reply, () => ({
      view: 'admin/resources',
      title: t`Resources`,
      notice: doneNotice(done),
      model: {
        resources: rows.map((row) => resourceLine(row, now)),
        apis: apis.map(apiLine),
      } satisfies ResourcesPage,
    }));
  }

  @Get(':id')
  async show(
    @Param('id') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const page = await this.pageOf(row, request);
    return this.pages.send(request, reply, () => ({
      view: 'admin/resource',
      title: resourceText(row),
      notice: doneNotice(done),
      model: page(),
    }));
  }

  /** The form's address, loaded anew. */
  @Get(':id/tokens')
  toResource(@Param('id') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(resourceHref(uuidOf(id)), 303);
  }

  @StepUp(() => t`change the tokens of this resource`)
  @Post(':id/tokens')
  async setTokens(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const form = readForm(TokensForm, body);
    try {
      await this.resources.setTokens(request.viewer!, row.id, form);
      return await reply.redirect(`${resourceHref(row.id)}?done=tokens-set`, 303);
    } catch (error) {
      const page = await this.pageOf(row, request, form, error);
      return this.pages.send(request, reply, () => ({
        view: 'admin/resource',
        title: resourceText(row),
        error,
        model: page(),
      }));
    }
  }

  private async pageOf(
    row: ResourceRow,
    request: FastifyRequest,
    form?: TokenWish,
    error?: unknown,
  ): Promise<() => ResourcePage> {
    const now = this.clock.now();
    const viewer = request.viewer!;
    const ids = row.secrets.map(({ id }) => id);
    const ledger = await ledgerOf(this.dataSource, ids, viewer, now);
    const scope = { viewerId: viewer.id, resourceId: row.id };
    const { mails } = await this.forecasts.of(scope, now, daysAhead);
    const endings = await findEndings(this.dataSource.manager, now, ids);
    const domains = this.config.DOMAINS === 'on';
    return () => resourcePage(row, { ledger, mails, endings }, { now, domains }, form, error);
  }

  private async find(id: string) {
    const row = await findResource(this.dataSource, uuidOf(id));
    if (!row) throw new NotFound('no such resource');
    return row;
  }
}
