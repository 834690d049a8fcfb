import { Body, Controller, Get, Param, Post, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { type DomainPlace, Domains } from '../domains/domains.service.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidIn, uuidOf } from '../platform/web/uuid-param.js';
import { KeptDomain } from './domain-sight.js';
import { domainHref, domainIn, domainPage } from './domains.page.js';
import { findDomainsOf } from '../domains/domains-of.query.js';
import type { DomainPage } from './models.js';

interface Address {
  application: string;
  domain: string;
}

class CallbackForm {
  url = '';
}

class SwitchForm {
  active = '';
}

/** What belongs to a domain: its callback addresses, and the secrets that work on it. */
@SeenBy(KeptDomain)
@Controller('manage-api-credentials/:application/domains/:domain')
export class DomainPartsController {
  constructor(
    private readonly domains: Domains,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  /** Where forms of the domain's page lead; who loads one anew gets that page. */
  @Get(['callbacks', 'callbacks/:url/:kind', 'secrets'])
  toDomain(@Param() address: Address, @Res() reply: FastifyReply) {
    return this.back(reply, placeOf(address));
  }

  @StepUp(() => t`add the callback address`)
  @Post('callbacks')
  async add(
    @Param() address: Address,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = placeOf(address);
    const form = readForm(CallbackForm, body);
    try {
      await this.domains.addUrl(request.viewer!, place, { kind: 'callback', url: form.url });
    } catch (error) {
      return this.showAgain(request, reply, place, form, error);
    }
    return this.back(reply, place, 'callback-added');
  }

  @StepUp(() => t`change the callback address`)
  @Post('callbacks/:url/switch')
  async switch(
    @Param() address: Address & { url: string },
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = placeOf(address);
    const { active } = readForm(SwitchForm, body);
    const id = uuidOf(address.url);
    await this.domains.switchUrl(request.viewer!, place, id, active === 'yes');
    return this.back(reply, place, 'callback-switched');
  }

  @StepUp(() => t`remove the callback address`)
  @Post('callbacks/:url/remove')
  async remove(
    @Param() address: Address & { url: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = placeOf(address);
    await this.domains.removeUrl(request.viewer!, place, uuidOf(address.url));
    return this.back(reply, place, 'callback-removed');
  }

  /** Those that are chosen work on it, and no others that the form had. */
  @StepUp(() => t`change which secrets work on the domain`)
  @Post('secrets')
  async link(
    @Param() address: Address,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = placeOf(address);
    const shown = manyOf(body, 'shown');
    const chosen = manyOf(body, 'secret').filter((id) => shown.includes(id));
    const viewer = request.viewer!;
    await this.dataSource.transaction(async (within) => {
      for (const id of shown) {
        const work = chosen.includes(id) ? 'link' : 'unlink';
        await this.domains[work](viewer, place, id, { within });
      }
    });
    return this.back(reply, place, 'domain-secrets');
  }

  private async showAgain(
    request: FastifyRequest,
    reply: FastifyReply,
    { applicationId, domainId }: DomainPlace,
    form: CallbackForm,
    error: unknown,
  ): Promise<FastifyReply> {
    if (error instanceof Forbidden) throw error;
    const now = this.clock.now();
    const row = await findDomainsOf(this.dataSource, request.viewer!, now, applicationId);
    const domain = domainIn(row, domainId);
    return this.pages.send(request, reply, () => ({
      view: 'portal/domain',
      title: domain.host,
      error,
      model: domainPage(row, domain, now, fieldsOf(form, error)) satisfies DomainPage,
    }));
  }

  private back(reply: FastifyReply, place: DomainPlace, done?: string): FastifyReply {
    const href = domainHref(place.applicationId, place.domainId);
    return reply.redirect(done ? `${href}?done=${done}` : href, 303);
  }
}

function placeOf({ application, domain }: Address): DomainPlace {
  return { applicationId: uuidOf(application), domainId: uuidOf(domain) };
}

/** The identifiers in a field that may come several times. */
function manyOf(body: unknown, name: string): string[] {
  const given = (body as Record<string, unknown> | undefined)?.[name];
  return [given].flat().flatMap((each) => uuidIn(each) ?? []);
}
