import { Controller, Delete, Patch, Post, Put, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Domains } from '../../../domains/domains.service.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import { Id, Input } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { Once } from '../idempotency/once.service.js';
import { ApiGuard } from '../kernel/guard.js';
import { send, sendNothing } from '../kernel/send.js';
import { keepers, seenDomain, wayOf } from './domain-access.js';
import { CallbackAnswer, CallbackChange, NewCallback } from './domains.dto.js';
import type { DomainRow } from './domains.query.js';

const tag = 'Domains';

/** What belongs to a domain: its callback addresses, and the secrets that work on it. */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/applications/:id/domains/:domain')
export class DomainPartsController {
  constructor(
    private readonly domains: Domains,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'Add a callback address',
    scopes: keepers,
    status: 201,
    answer: CallbackAnswer,
    once: true,
    conflict: 'The domain has as many addresses as it may, or the key was used.',
  })
  @Post('callbacks')
  async createCallback(
    @Id('id') applicationId: string,
    @Id('domain') domainId: string,
    @Input(NewCallback) { url, active }: NewCallback,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, async (tx) => {
      const wish = { kind: 'callback' as const, url, active };
      const place = { applicationId, domainId };
      const id = await this.domains.addUrl(request.caller!, place, wish, wayOf(request, tx));
      const row = await seenDomain(tx, request, applicationId, domainId);
      const above = `${this.config.PUBLIC_URL}/api/v1/applications/${applicationId}`;
      const location = `${above}/domains/${domainId}/callbacks/${id}`;
      return { status: 201, id, location, body: callbackOf(row, id) };
    });
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Switch a callback address off or on',
    scopes: keepers,
    answer: CallbackAnswer,
  })
  @Patch('callbacks/:callback')
  async changeCallback(
    @Id('id') applicationId: string,
    @Id('domain') domainId: string,
    @Id('callback') id: string,
    @Input(CallbackChange) { active }: CallbackChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const body = await inTransaction(this.dataSource, async (tx) => {
      callbackOf(await seenDomain(tx, request, applicationId, domainId), id);
      const place = { applicationId, domainId };
      await this.domains.switchUrl(request.caller!, place, id, active, wayOf(request, tx));
      return callbackOf(await seenDomain(tx, request, applicationId, domainId), id);
    });
    return send(reply, body);
  }

  @Operation({ tag, summary: 'Remove a callback address', scopes: keepers, status: 204 })
  @Delete('callbacks/:callback')
  async deleteCallback(
    @Id('id') applicationId: string,
    @Id('domain') domainId: string,
    @Id('callback') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await inTransaction(this.dataSource, async (tx) => {
      callbackOf(await seenDomain(tx, request, applicationId, domainId), id);
      const place = { applicationId, domainId };
      await this.domains.removeUrl(request.caller!, place, id, wayOf(request, tx));
    });
    return sendNothing(reply);
  }

  @Operation({
    tag,
    summary: 'Let a secret work on a domain',
    about: 'One that does already goes on to.',
    scopes: keepers,
    status: 204,
  })
  @Put('secrets/:secret')
  async putDomainSecret(
    @Id('id') applicationId: string,
    @Id('domain') domainId: string,
    @Id('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = { applicationId, domainId };
    await inTransaction(this.dataSource, (tx) =>
      this.domains.link(request.caller!, place, secretId, wayOf(request, tx)),
    );
    return sendNothing(reply);
  }

  @Operation({
    tag,
    summary: 'Let a secret not work on a domain any more',
    scopes: keepers,
    status: 204,
  })
  @Delete('secrets/:secret')
  async deleteDomainSecret(
    @Id('id') applicationId: string,
    @Id('domain') domainId: string,
    @Id('secret') secretId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const place = { applicationId, domainId };
    await inTransaction(this.dataSource, (tx) =>
      this.domains.unlink(request.caller!, place, secretId, wayOf(request, tx)),
    );
    return sendNothing(reply);
  }
}

/** Webhooks have routes of their own, so they are none here. @throws NotFound */
function callbackOf({ callbacks }: DomainRow, id: string): CallbackAnswer {
  const callback = callbacks.find((each) => each.id === id);
  if (!callback) throw new NotFound('no such callback address of this domain');
  return callback;
}
