import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Resources } from '../applications/resources.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { apiLine } from './catalogue.page.js';
import { doneNotice } from './done.js';
import { TokensForm } from './forms.js';
import { resourceHref } from './hrefs.js';
import type { ResourcesPage } from './models.js';
import { resourceText } from './resource-secret.page.js';
import { resourceLine, resourcePage } from './resources.page.js';
import { findApis, findResource, findResources } from './resources.query.js';

/** Resources: their tokens, and the secrets of their resource servers (A6, T3, T5). */
@ItOnly()
@Controller('admin/resources')
export class ResourcesController {
  constructor(
    private readonly resources: Resources,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
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
    return this.pages.send(request, reply, {
      view: 'admin/resources',
      title: 'Resources',
      notice: doneNotice(done),
      model: {
        resources: rows.map((row) => resourceLine(row, now)),
        apis: apis.map(apiLine),
      } satisfies ResourcesPage,
    });
  }

  @Get(':id')
  async show(
    @Param('id') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    return this.pages.send(request, reply, {
      view: 'admin/resource',
      title: resourceText(row),
      notice: doneNotice(done),
      model: resourcePage(row, this.clock.now()),
    });
  }

  /** The form's address, loaded anew. */
  @Get(':id/tokens')
  toResource(@Param('id') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(resourceHref(uuidOf(id)), 303);
  }

  @StepUp('change the tokens of this resource')
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
      return this.pages.send(request, reply, {
        view: 'admin/resource',
        title: resourceText(row),
        error,
        model: resourcePage(row, this.clock.now(), form, error),
      });
    }
  }

  private async find(id: string) {
    const row = await findResource(this.dataSource, uuidOf(id));
    if (!row) throw new NotFound('no such resource');
    return row;
  }
}
