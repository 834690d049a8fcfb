import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Organisations } from '../organisations/organisations.service.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { doneNotice } from './done.js';
import { OrganisationForm } from './forms.js';
import { organisationHref } from './hrefs.js';
import { slice } from './keyset.js';
import { chosen, orderCursor, orderKey, orderValue, readOrder } from './list-order.js';
import { organisationFormPage, organisationPage, organisationsPage } from './organisations.page.js';
import {
  findCountries,
  findOrganisation,
  findOrganisations,
  type OrganisationFacts,
} from './organisations.query.js';
import { searchText } from './search-text.js';

/** Members: list, create, look at (P1). */
@ItOnly()
@Controller('admin')
export class OrganisationsController {
  constructor(
    private readonly organisations: Organisations,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  start(@Res() reply: FastifyReply) {
    return reply.redirect('/admin/organisations', 303);
  }

  @Get('organisations')
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const countries = await findCountries(this.dataSource);
    const filter = {
      q: searchText(query.q),
      country: chosen(query.country, countries),
      order: readOrder(query.sort),
    };
    const cursor = orderCursor(filter.order, query);
    const found = await findOrganisations(this.dataSource, filter, cursor);
    const { rows, pagination } = slice(found, cursor, orderKey(filter.order), {
      q: filter.q,
      country: filter.country,
      sort: orderValue(filter.order),
    });
    return this.pages.send(request, reply, () => ({
      view: 'admin/organisations',
      title: t`Organisations`,
      model: organisationsPage(filter, countries, rows, pagination),
    }));
  }

  @Get('organisations/new')
  form(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.showForm(request, reply, new OrganisationForm());
  }

  @StepUp(() => t`create the organisation`)
  @Post('organisations')
  async create(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = readForm(OrganisationForm, body);
    try {
      const { id } = await this.organisations.create(request.viewer!, {
        ...form,
        operator: form.operator === 'yes',
      });
      return await reply.redirect(`${organisationHref(id)}?done=organisation-created`, 303);
    } catch (error) {
      return this.showForm(request, reply, form, error);
    }
  }

  @Get('organisations/:id')
  async show(
    @Param('id') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    return this.pages.send(request, reply, () => ({
      view: 'admin/organisation',
      title: row.name,
      notice: doneNotice(done),
      model: organisationPage(row, this.clock.now()),
    }));
  }

  @Get('organisations/:id/edit')
  async edit(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const row = await this.find(id);
    const { country, name, slug, ion } = row;
    const form = Object.assign(new OrganisationForm(), { country, name, slug, ion: ion ?? '' });
    return this.showForm(request, reply, form, undefined, row);
  }

  @StepUp(() => t`change the organisation`)
  @Post('organisations/:id/edit')
  async change(
    @Param('id') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(id);
    const { country, name, slug, ion } = readForm(OrganisationForm, body);
    try {
      await this.organisations.change(request.viewer!, row.id, { country, name, slug, ion });
      return await reply.redirect(`${organisationHref(row.id)}?done=organisation-changed`, 303);
    } catch (error) {
      const form = Object.assign(new OrganisationForm(), { country, name, slug, ion });
      return this.showForm(request, reply, form, error, row);
    }
  }

  private async find(id: string) {
    const row = await findOrganisation(this.dataSource, uuidOf(id), this.clock.now());
    if (!row) throw new NotFound('no such organisation');
    return row;
  }

  private showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    form: OrganisationForm,
    error?: unknown,
    row?: OrganisationFacts,
  ) {
    return this.pages.send(request, reply, () => ({
      view: 'admin/organisation-form',
      title: row ? t`Change ${row.name}` : t`New organisation`,
      error,
      model: organisationFormPage(fieldsOf(form, error), row),
    }));
  }
}
