import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { apiCodeOf } from '../applications/api-code.js';
import { Apis } from '../applications/apis.service.js';
import { Resources } from '../applications/resources.service.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { confirmPage } from './confirm.page.js';
import {
  apiDeletePage,
  apiNewPage,
  apiRenamePage,
  canGo,
  resourceDeletePage,
  resourceNewPage,
  resourceRenamePage,
  isFree,
} from './catalogue.page.js';
import { ApiForm, NameForm, ResourceForm } from './forms.js';
import { resourceHref } from './hrefs.js';
import { findApi, findApis, findResource } from './resources.query.js';

/** APIs and resources as data: new ones, other names for those there are, and the end of unused ones (A5, A6). */
@ItOnly()
@Controller('admin')
export class CatalogueController {
  constructor(
    private readonly apis: Apis,
    private readonly resources: Resources,
    private readonly dataSource: DataSource,
    private readonly pages: Pages,
  ) {}

  @Get('resources/apis/new')
  apiForm(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showApi(request, reply, new ApiForm());
  }

  /** Where a refused form was shown: who loads it anew gets the form. */
  @Get('resources/apis')
  toApiForm(@Res() reply: FastifyReply) {
    return reply.redirect('/admin/resources/apis/new', 303);
  }

  @StepUp(() => t`create the API`)
  @Post('resources/apis')
  async createApi(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(ApiForm, body);
    try {
      await this.apis.create(request.viewer!, form);
      return await reply.redirect('/admin/resources?done=api-created', 303);
    } catch (error) {
      return this.showApi(request, reply, form, error);
    }
  }

  @Get('resources/apis/:code/name')
  async apiName(
    @Param('code') code: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { name } = await this.api(code);
    return this.showApiName(request, reply, code, Object.assign(new NameForm(), { name }));
  }

  @StepUp(() => t`rename the API`)
  @Post('resources/apis/:code/name')
  async renameApi(
    @Param('code') code: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(NameForm, body);
    try {
      await this.apis.rename(request.viewer!, apiCodeOf(code), form.name);
      return await reply.redirect('/admin/resources?done=renamed', 303);
    } catch (error) {
      return this.showApiName(request, reply, code, form, error);
    }
  }

  @Get('resources/apis/:code/delete')
  async askDeleteApi(
    @Param('code') code: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.api(code);
    // A question that does not fit any more: the list shows how things are now.
    if (!canGo(row)) return reply.redirect('/admin/resources', 303);
    return this.pages.send(request, reply, () => confirmPage(apiDeletePage(row)));
  }

  @StepUp(() => t`delete the API`)
  @Post('resources/apis/:code/delete')
  async deleteApi(
    @Param('code') code: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.apis.delete(request.viewer!, apiCodeOf(code));
    return reply.redirect('/admin/resources?done=api-deleted', 303);
  }

  @Get('resources/new')
  resourceForm(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showResource(request, reply, new ResourceForm());
  }

  @StepUp(() => t`create the resource`)
  @Post('resources')
  async createResource(
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(ResourceForm, body);
    try {
      const id = await this.resources.create(request.viewer!, form);
      return await reply.redirect(`${resourceHref(id)}?done=resource-created`, 303);
    } catch (error) {
      return this.showResource(request, reply, form, error);
    }
  }

  @Get('resources/:id/name')
  async resourceName(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { name } = await this.resource(id);
    return this.showResourceName(request, reply, id, Object.assign(new NameForm(), { name }));
  }

  @StepUp(() => t`rename the resource`)
  @Post('resources/:id/name')
  async renameResource(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const form = readForm(NameForm, body);
    try {
      await this.resources.rename(request.viewer!, uuidOf(id), form.name);
      return await reply.redirect(`${resourceHref(uuidOf(id))}?done=renamed`, 303);
    } catch (error) {
      return this.showResourceName(request, reply, id, form, error);
    }
  }

  @Get('resources/:id/delete')
  async askDeleteResource(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.resource(id);
    if (!isFree(row)) return reply.redirect(resourceHref(row.id), 303);
    return this.pages.send(request, reply, () => confirmPage(resourceDeletePage(row)));
  }

  @StepUp(() => t`delete the resource`)
  @Post('resources/:id/delete')
  async deleteResource(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.resources.delete(request.viewer!, uuidOf(id));
    return reply.redirect('/admin/resources?done=resource-deleted', 303);
  }

  private async api(code: string) {
    const row = await findApi(this.dataSource, apiCodeOf(code));
    if (!row) throw new NotFound('no such API');
    return row;
  }

  private async resource(id: string) {
    const row = await findResource(this.dataSource, uuidOf(id));
    if (!row) throw new NotFound('no such resource');
    return row;
  }

  private showApi(request: FastifyRequest, reply: FastifyReply, form: ApiForm, error?: unknown) {
    return this.pages.send(request, reply, () => ({
      view: 'admin/api-new',
      title: t`New API`,
      error,
      model: apiNewPage(fieldsOf(form, error)),
    }));
  }

  private async showResource(
    request: FastifyRequest,
    reply: FastifyReply,
    form: ResourceForm,
    error?: unknown,
  ) {
    const apis = await findApis(this.dataSource);
    return this.pages.send(request, reply, () => ({
      view: 'admin/resource-new',
      title: t`New resource`,
      error,
      model: resourceNewPage(apis, fieldsOf(form, error)),
    }));
  }

  private async showApiName(
    request: FastifyRequest,
    reply: FastifyReply,
    code: string,
    form: NameForm,
    error?: unknown,
  ) {
    const row = await this.api(code);
    return this.pages.send(request, reply, () => {
      const model = apiRenamePage(row, fieldsOf(form, error).name);
      return { view: 'admin/rename', title: model.heading, error, model };
    });
  }

  private async showResourceName(
    request: FastifyRequest,
    reply: FastifyReply,
    id: string,
    form: NameForm,
    error?: unknown,
  ) {
    const row = await this.resource(id);
    return this.pages.send(request, reply, () => {
      const model = resourceRenamePage(row, fieldsOf(form, error).name);
      return { view: 'admin/rename', title: model.heading, error, model };
    });
  }
}
