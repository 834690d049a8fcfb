import { Controller, Delete, Get, Patch, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Domains } from '../../../domains/domains.service.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import { findApplication } from '../applications/applications.query.js';
import { Filter, Id, Input } from '../contract/input.js';
import { lookers, Operation } from '../contract/operation.js';
import { Once } from '../idempotency/once.service.js';
import { checkMatch } from '../kernel/etag.js';
import { given } from '../kernel/given.js';
import { ApiGuard } from '../kernel/guard.js';
import { ListQuery, pageWish, sendList } from '../kernel/list.js';
import { send, sendNothing } from '../kernel/send.js';
import { keepers, lockedDomain, seenDomain, wayOf } from './domain-access.js';
import { DomainAnswer, DomainChange, NewDomain } from './domains.dto.js';
import { domainAnswer, domainTag, findDomains } from './domains.query.js';

const tag = 'Domains';

/** From where an application's secrets may be used by header authentication. */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/applications/:id/domains')
export class DomainsController {
  constructor(
    private readonly domains: Domains,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'List an application’s domains',
    scopes: lookers,
    listOf: DomainAnswer,
  })
  @Get()
  async listDomains(
    @Id('id') id: string,
    @Filter(ListQuery) query: ListQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { manager } = this.dataSource;
    const list = `domains-${id}`;
    const wish = pageWish(query, list);
    if (!(await findApplication(manager, request.caller!, id))) throw new NotFound();
    const rows = await findDomains(manager, request.caller!, id, wish);
    const page = { list, wish, rows, base: this.config.PUBLIC_URL };
    return sendList(request, reply, page, domainAnswer);
  }

  @Operation({
    tag,
    summary: 'Add a domain',
    about: 'For the caller’s own application, or with `provisioning.write` for any.',
    scopes: keepers,
    status: 201,
    answer: DomainAnswer,
    once: true,
    tagged: true,
    conflict: 'The application has as many domains as it may, or the key was used.',
  })
  @Post()
  async createDomain(
    @Id('id') id: string,
    @Input(NewDomain) input: NewDomain,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, async (tx) => {
      const way = wayOf(request, tx);
      const { host, name, environment } = input;
      const wish = { ...given(input), host, name, environment };
      const domain = await this.domains.create(request.caller!, id, wish, way);
      const row = await seenDomain(tx, request, id, domain.id);
      return {
        status: 201,
        id: row.id,
        location: `${this.config.PUBLIC_URL}/api/v1/applications/${id}/domains/${row.id}`,
        body: domainAnswer(row),
        etag: domainTag(row),
      };
    });
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Look at a domain',
    scopes: lookers,
    answer: DomainAnswer,
    tagged: true,
  })
  @Get(':domain')
  async getDomain(
    @Id('id') id: string,
    @Id('domain') domainId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await seenDomain(this.dataSource.manager, request, id, domainId);
    return send(reply, domainAnswer(row), { etag: domainTag(row) });
  }

  @Operation({
    tag,
    summary: 'Change a domain',
    about: 'What is left out stays, and so does the host: another host is another domain.',
    scopes: keepers,
    answer: DomainAnswer,
    ifMatch: 'required',
    tagged: true,
  })
  @Patch(':domain')
  async changeDomain(
    @Id('id') id: string,
    @Id('domain') domainId: string,
    @Input(DomainChange) change: DomainChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      const before = await lockedDomain(tx, request, id, domainId);
      checkMatch(request, domainTag(before), 'required');
      const place = { applicationId: id, domainId };
      await this.domains.change(request.caller!, place, given(change), wayOf(request, tx));
      return seenDomain(tx, request, id, domainId);
    });
    return send(reply, domainAnswer(row), { etag: domainTag(row) });
  }

  @Operation({
    tag,
    summary: 'Delete a domain',
    about: 'No secret works on it any more.',
    scopes: keepers,
    status: 204,
    ifMatch: 'optional',
  })
  @Delete(':domain')
  async deleteDomain(
    @Id('id') id: string,
    @Id('domain') domainId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await inTransaction(this.dataSource, async (tx) => {
      const row = await lockedDomain(tx, request, id, domainId);
      checkMatch(request, domainTag(row), 'optional');
      const place = { applicationId: id, domainId };
      await this.domains.delete(request.caller!, place, wayOf(request, tx));
    });
    return sendNothing(reply);
  }
}
