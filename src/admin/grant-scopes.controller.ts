import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Applications } from '../applications/applications.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { findApplication } from './applications.query.js';
import { grantScopesPage } from './grant-scopes.page.js';
import { applicationHref } from './hrefs.js';

/** Grants of a resource that tells its callers apart by scopes: Keyturn's own API. */
@ItOnly()
@Controller('admin/applications/:id/grants/:resource/scopes')
export class GrantScopesController {
  constructor(
    private readonly applications: Applications,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async form(
    @Param('id') id: string,
    @Param('resource') resourceId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.show(request, reply, await this.find(id, resourceId));
  }

  @StepUp(() => t`grant the resource`)
  @Post()
  async grant(
    @Param('id') id: string,
    @Param('resource') resourceId: string,
    @Body() body: Record<string, unknown> | undefined,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const found = await this.find(id, resourceId);
    const { row, resource } = found;
    const scopes = resource.scopes.filter((name) => body?.[name] === 'yes');
    try {
      await this.applications.grant(request.viewer!, row.id, resource.id, scopes);
      return await reply.redirect(`${applicationHref(row.id)}?done=granted`, 303);
    } catch (error) {
      return this.show(request, reply, found, scopes, error);
    }
  }

  private async find(id: string, resourceId: string) {
    const row = await findApplication(this.dataSource, uuidOf(id), this.clock.now());
    const resource = row?.resources.find((each) => each.id === uuidOf(resourceId));
    if (!row || row.deletedAt || !resource?.scopes.length) throw new NotFound('nothing to choose');
    return { row, resource };
  }

  private show(
    request: FastifyRequest,
    reply: FastifyReply,
    { row, resource }: Awaited<ReturnType<GrantScopesController['find']>>,
    chosen?: string[],
    error?: unknown,
  ) {
    return this.pages.send(request, reply, () => ({
      view: 'admin/grant-scopes',
      title: t`Scopes of ${row.name}`,
      model: grantScopesPage(row, resource, chosen, error),
      error,
    }));
  }
}
