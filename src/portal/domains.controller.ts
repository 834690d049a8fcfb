import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Domains } from '../domains/domains.service.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { notManaged } from './application-sight.js';
import { domainDeletePage } from './domain-delete.page.js';
import { blankDomain, DomainForm, formOf, wishOf } from './domain-form.js';
import { KeptDomain } from './domain-sight.js';
import { domainFormPage, domainHref, domainIn, domainPage } from './domains.page.js';
import { type DomainRow, type DomainsRow, findDomainsOf } from '../domains/domains-of.query.js';
import { doneNotice } from './done.js';
import { applicationHref } from './hrefs.js';
import type { DomainDeletePage, DomainFormPage, DomainPage } from './models.js';

interface Address {
  application: string;
  domain: string;
}

/** From where the secrets of an application may be used: add, look at, change, delete. */
@SeenBy(KeptDomain)
@Controller('manage-api-credentials/:application/domains')
export class DomainsController {
  constructor(
    private readonly domains: Domains,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  /** The list stands on the page of the application; a refused form is shown anew as a fresh one. */
  @Get()
  toList(@Param('application') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(`${applicationHref(uuidOf(id))}#domains`, 303);
  }

  @Get('new')
  async form(
    @Param('application') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.kept(request, id);
    return this.showForm(request, reply, row, blankDomain(row.domains.length === 0));
  }

  @StepUp(() => t`add the domain`)
  @Post()
  async create(
    @Param('application') id: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.kept(request, id);
    const form = readForm(DomainForm, body);
    try {
      const made = await this.domains.create(request.viewer!, row.id, wishOf(form));
      return await reply.redirect(`${domainHref(row.id, made.id)}?done=domain-added`, 303);
    } catch (error) {
      return this.showForm(request, reply, row, form, undefined, error);
    }
  }

  @Get(':domain')
  async show(
    @Param() { application, domain }: Address,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const row = await findDomainsOf(this.dataSource, request.viewer!, now, uuidOf(application));
    const found = domainIn(row, domain);
    return this.pages.send(request, reply, () => ({
      view: 'portal/domain',
      title: found.host,
      notice: doneNotice(done),
      model: domainPage(row, found, now) satisfies DomainPage,
    }));
  }

  @Get(':domain/change')
  async changeForm(
    @Param() { application, domain }: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.kept(request, application);
    const found = domainIn(row, domain);
    return this.showForm(request, reply, row, formOf(found), found);
  }

  @StepUp(() => t`change the domain`)
  @Post(':domain/change')
  async change(
    @Param() { application, domain }: Address,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.kept(request, application);
    const found = domainIn(row, domain);
    const form = readForm(DomainForm, body);
    const place = { applicationId: row.id, domainId: found.id };
    try {
      await this.domains.change(request.viewer!, place, wishOf(form));
      return await reply.redirect(`${domainHref(row.id, found.id)}?done=domain-changed`, 303);
    } catch (error) {
      return this.showForm(request, reply, row, form, found, error);
    }
  }

  @Get(':domain/delete')
  async ask(
    @Param() { application, domain }: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.kept(request, application);
    const found = domainIn(row, domain);
    return this.pages.send(request, reply, () => ({
      view: 'portal/domain-delete',
      title: t`Delete this domain?`,
      model: domainDeletePage(row, found) satisfies DomainDeletePage,
    }));
  }

  @StepUp(() => t`delete the domain`)
  @Post(':domain/delete')
  async delete(
    @Param() { application, domain }: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = { applicationId: uuidOf(application), domainId: uuidOf(domain) };
    await this.domains.delete(request.viewer!, place);
    const href = applicationHref(place.applicationId);
    return reply.redirect(`${href}?done=domain-deleted#domains`, 303);
  }

  private showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    row: DomainsRow,
    form: DomainForm,
    domain?: DomainRow,
    error?: unknown,
  ): FastifyReply {
    return this.pages.send(request, reply, () => ({
      view: 'portal/domain-form',
      title: domain ? t`Change the domain` : t`Add a domain`,
      error,
      model: domainFormPage(row, fieldsOf(form, error), domain) satisfies DomainFormPage,
    }));
  }

  /** Absent 404, seen but not kept 403 (R8). */
  private async kept(request: FastifyRequest, id: string): Promise<DomainsRow> {
    const now = this.clock.now();
    const row = await findDomainsOf(this.dataSource, request.viewer!, now, uuidOf(id));
    if (!row.mayManage) throw new Forbidden(notManaged);
    return row;
  }
}
