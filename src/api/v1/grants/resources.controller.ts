import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Config } from '../../../platform/config/config.js';
import { NotFound } from '../../../platform/refusals.js';
import { Filter, Id } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { ApiGuard } from '../kernel/guard.js';
import { pageWish, sendList } from '../kernel/list.js';
import { send } from '../kernel/send.js';
import { ResourceAnswer, ResourceQuery } from './grants.dto.js';
import { findResource, findResources, type ResourceRow } from './grants.query.js';

const tag = 'Resources';

/** What can be granted (A6). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/resources')
export class ResourcesController {
  constructor(
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
  })
  @Get(':id')
  async getResource(@Id('id') id: string, @Res() reply: FastifyReply) {
    const row = await findResource(this.dataSource.manager, id);
    if (!row) throw new NotFound('no such resource');
    return send(reply, answerOf(row));
  }
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
