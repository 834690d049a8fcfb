import { Controller, Delete, Get, Patch, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Resources } from '../../../applications/resources.service.js';
import { Machine } from '../../../authentication/marks.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import { Filter, Id, Input } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { type Made, Once } from '../idempotency/once.service.js';
import { atFields } from '../kernel/at-field.js';
import { checkMatch, etagOf } from '../kernel/etag.js';
import { given } from '../kernel/given.js';
import { ApiGuard } from '../kernel/guard.js';
import { pageWish, sendList } from '../kernel/list.js';
import { send, sendNothing } from '../kernel/send.js';
import { NewResource, ResourceAnswer, ResourceChange, ResourceQuery } from './grants.dto.js';
import { findResource, findResources, type ResourceRow } from './grants.query.js';

const tag = 'Resources';

/** What can be granted (A6). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/resources')
export class ResourcesController {
  constructor(
    private readonly resources: Resources,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'List resources',
    scopes: ['provisioning.read'],
    listOf: ResourceAnswer,
  })
  @Get()
  async listResources(
    @Filter(ResourceQuery) query: ResourceQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const list = 'resources';
    const wish = pageWish(query, list);
    const rows = await findResources(this.dataSource.manager, query, wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }

  @Operation({
    tag,
    summary: 'Look at a resource',
    scopes: ['provisioning.read'],
    answer: ResourceAnswer,
    tagged: true,
  })
  @Get(':id')
  async getResource(@Id('id') id: string, @Res() reply: FastifyReply) {
    const row = found(await findResource(this.dataSource.manager, id));
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Create a resource',
    about: 'It can be granted to the applications of its API.',
    scopes: ['provisioning.write'],
    status: 201,
    answer: ResourceAnswer,
    once: true,
    tagged: true,
  })
  @Post()
  async createResource(
    @Input(NewResource) input: NewResource,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, (tx) => this.make(tx, request, input));
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Change a resource',
    about:
      'What is left out stays, and so do audience and scope: tokens and programs name them. The life and ' +
      'form of tokens hold for new ones.',
    scopes: ['provisioning.write'],
    answer: ResourceAnswer,
    ifMatch: 'required',
    tagged: true,
  })
  @Patch(':id')
  async changeResource(
    @Id('id') id: string,
    @Input(ResourceChange) change: ResourceChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      const before = found(await findResource(tx, id, true));
      checkMatch(request, tagOf(before), 'required');
      const { name, tokenSeconds, tokenFormat: format } = { ...before, ...given(change) };
      const minutes = String(tokenSeconds / 60);
      await this.resources.rename(request.caller!, id, name, tx);
      await atFields(
        { minutes: 'tokenSeconds', format: 'tokenFormat' },
        this.resources.setTokens(request.caller!, id, { minutes, format }, tx),
      );
      return found(await findResource(tx, id));
    });
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Delete a resource',
    about: 'One that is granted to no application and whose resource server has no secret.',
    scopes: ['provisioning.write'],
    status: 204,
    ifMatch: 'optional',
    conflict: 'It is granted, or its resource server has secrets.',
  })
  @Delete(':id')
  async deleteResource(
    @Id('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await inTransaction(this.dataSource, async (tx) => {
      checkMatch(request, tagOf(found(await findResource(tx, id, true))), 'optional');
      await this.resources.delete(request.caller!, id, tx);
    });
    return sendNothing(reply);
  }

  private async make(tx: Tx, request: FastifyRequest, input: NewResource): Promise<Made> {
    const id = await this.resources.create(request.caller!, input, tx);
    const row = found(await findResource(tx, id));
    return {
      status: 201,
      id,
      location: `${this.config.PUBLIC_URL}/api/v1/resources/${id}`,
      body: answerOf(row),
      etag: tagOf(row),
    };
  }
}

function found(row: ResourceRow | undefined): ResourceRow {
  if (!row) throw new NotFound('no such resource');
  return row;
}

function tagOf({ id, name, tokenSeconds, tokenFormat }: ResourceRow): string {
  return etagOf('resource', id, name, tokenSeconds, tokenFormat);
}

function answerOf(row: ResourceRow): ResourceAnswer {
  return {
    id: row.id,
    apiCode: row.apiCode,
    name: row.name,
    environment: row.environment,
    audience: row.audience,
    scope: row.scope,
    scopes: row.scopes,
    tokenSeconds: row.tokenSeconds,
    tokenFormat: row.tokenFormat,
  };
}
