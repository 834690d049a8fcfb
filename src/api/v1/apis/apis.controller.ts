import { Controller, Delete, Get, Param, Patch, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { apiCodeOf } from '../../../applications/api-code.js';
import { Apis } from '../../../applications/apis.service.js';
import { Machine } from '../../../authentication/marks.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import { Filter, Input } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { type Made, Once } from '../idempotency/once.service.js';
import { checkMatch, etagOf } from '../kernel/etag.js';
import { ApiGuard } from '../kernel/guard.js';
import { ListQuery, pageWish, sendList } from '../kernel/list.js';
import { send, sendNothing } from '../kernel/send.js';
import { ApiAnswer, ApiChange, NewApi } from './apis.dto.js';
import { type ApiRow, findApi, findApis } from './apis.query.js';

const tag = 'APIs';

/** What resources belong to and applications are made for (A5). A code is the id. */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/apis')
export class ApisController {
  constructor(
    private readonly apis: Apis,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({ tag, summary: 'List APIs', scopes: ['provisioning.read'], listOf: ApiAnswer })
  @Get()
  async listApis(
    @Filter(ListQuery) query: ListQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const list = 'apis';
    const wish = pageWish(query, list, /^[A-Z0-9]{2,10}$/);
    const rows = await findApis(this.dataSource.manager, wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }

  @Operation({
    tag,
    summary: 'Create an API',
    about: 'Next, create its resources.',
    scopes: ['provisioning.write'],
    status: 201,
    answer: ApiAnswer,
    once: true,
    tagged: true,
  })
  @Post()
  async createApi(
    @Input(NewApi) input: NewApi,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, (tx) => this.make(tx, request, input));
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Look at an API',
    scopes: ['provisioning.read'],
    answer: ApiAnswer,
    tagged: true,
  })
  @Get(':code')
  async getApi(@Param('code') code: string, @Res() reply: FastifyReply) {
    const row = found(await findApi(this.dataSource.manager, apiCodeOf(code)));
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Rename an API',
    about: 'Its code stays, and with it the names of its applications.',
    scopes: ['provisioning.write'],
    answer: ApiAnswer,
    ifMatch: 'required',
    tagged: true,
  })
  @Patch(':code')
  async changeApi(
    @Param('code') code: string,
    @Input(ApiChange) { name }: ApiChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      const before = found(await findApi(tx, apiCodeOf(code), true));
      checkMatch(request, tagOf(before), 'required');
      await this.apis.rename(request.caller!, before.id, name, tx);
      return found(await findApi(tx, before.id));
    });
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Delete an API',
    about: 'One without resources and applications. Its code can be made again.',
    scopes: ['provisioning.write'],
    status: 204,
    ifMatch: 'optional',
    conflict: 'It has resources or applications.',
  })
  @Delete(':code')
  async deleteApi(
    @Param('code') code: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await inTransaction(this.dataSource, async (tx) => {
      const before = found(await findApi(tx, apiCodeOf(code), true));
      checkMatch(request, tagOf(before), 'optional');
      await this.apis.delete(request.caller!, before.id, tx);
    });
    return sendNothing(reply);
  }

  private async make(tx: Tx, request: FastifyRequest, input: NewApi): Promise<Made> {
    const { code: id, name } = await this.apis.create(request.caller!, input, tx);
    return {
      status: 201,
      id: null,
      location: `${this.config.PUBLIC_URL}/api/v1/apis/${id}`,
      body: answerOf({ id, name }),
      etag: tagOf({ id, name }),
    };
  }
}

function found(row: ApiRow | undefined): ApiRow {
  if (!row) throw new NotFound('no such API');
  return row;
}

function answerOf({ id, name }: ApiRow): ApiAnswer {
  return { code: id, name };
}

function tagOf({ id, name }: ApiRow): string {
  return etagOf('api', id, name);
}
