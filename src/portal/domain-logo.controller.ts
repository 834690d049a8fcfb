import { Body, Controller, Get, Header, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { type DomainPlace, Domains } from '../domains/domains.service.js';
import { madeLogo } from '../domains/logo.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden, Invalid } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { KeptDomain } from './domain-sight.js';
import { domainHref, domainIn, domainPage } from './domains.page.js';
import { findDomainsOf, findLogo } from '../domains/domains-of.query.js';
import type { DomainPage } from './models.js';

interface Address {
  application: string;
  domain: string;
}

class LogoForm {
  /** The file, as base64url. */
  logo = '';
}

/** The picture that people see who sign in for a domain. */
@SeenBy(KeptDomain)
@Controller('manage-api-credentials/:application/domains/:domain/logo')
export class DomainLogoController {
  constructor(
    private readonly domains: Domains,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  /** Where forms of the domain's page lead; who loads one anew gets that page. */
  @Get(['', 'remove'])
  toDomain(@Param() address: Address, @Res() reply: FastifyReply) {
    const { applicationId, domainId } = placeOf(address);
    return reply.redirect(domainHref(applicationId, domainId), 303);
  }

  /** A picture and nothing else, whatever a browser might want to make of it. */
  @Get('image')
  @Header('content-security-policy', `default-src 'none'; sandbox`)
  @Header('cache-control', 'no-store')
  @Header('content-type', 'image/png')
  async image(@Param() address: Address, @Req() request: FastifyRequest): Promise<Buffer> {
    return findLogo(this.dataSource, request.viewer!, this.clock.now(), placeOf(address));
  }

  @StepUp(() => t`set the logo of the domain`)
  @Post()
  async set(
    @Param() address: Address,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = placeOf(address);
    const { logo } = readForm(LogoForm, body);
    try {
      const made = await madeLogo(Buffer.from(logo, 'base64url'));
      await this.domains.setLogo(request.viewer!, place, made);
    } catch (error) {
      return this.showAgain(request, reply, place, error);
    }
    return reply.redirect(`${domainHref(place.applicationId, place.domainId)}?done=logo-set`, 303);
  }

  @StepUp(() => t`remove the logo of the domain`)
  @Post('remove')
  async remove(
    @Param() address: Address,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = placeOf(address);
    await this.domains.setLogo(request.viewer!, place, null);
    const href = domainHref(place.applicationId, place.domainId);
    return reply.redirect(`${href}?done=logo-removed`, 303);
  }

  private async showAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    { applicationId, domainId }: DomainPlace,
    error: unknown,
  ): Promise<FastifyReply> {
    if (error instanceof Forbidden) throw error;
    const now = this.clock.now();
    const row = await findDomainsOf(this.dataSource, request.viewer!, now, applicationId);
    const domain = domainIn(row, domainId);
    return this.pages.send(request, reply, () => {
      const logo = { value: '', error: error instanceof Invalid ? error.fields.logo : undefined };
      const model = domainPage(row, domain, now, { logo }) satisfies DomainPage;
      return { view: 'portal/domain', title: domain.host, error, model };
    });
  }
}

function placeOf({ application, domain }: Address): DomainPlace {
  return { applicationId: uuidOf(application), domainId: uuidOf(domain) };
}
