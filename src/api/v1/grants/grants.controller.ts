import { Controller, Delete, Get, Put, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Applications } from '../../../applications/applications.service.js';
import { Machine } from '../../../authentication/marks.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction } from '../../../platform/database/tx.js';
import { Invalid, NotFound } from '../../../platform/refusals.js';
import { findApplication } from '../applications/applications.query.js';
import { Filter, Id, Input } from '../contract/input.js';
import { lookers, Operation } from '../contract/operation.js';
import { ApiGuard } from '../kernel/guard.js';
import { ListQuery, pageWish, sendList } from '../kernel/list.js';
import { send, sendNothing } from '../kernel/send.js';
import { GrantAnswer, GrantWish } from './grants.dto.js';
import { findGrant, findGrants, findResource, type GrantRow } from './grants.query.js';

const tag = 'Grants';

/** What an application may reach (A6, A7). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/applications/:id/grants')
export class GrantsController {
  constructor(
    private readonly applications: Applications,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'List what an application may reach',
    scopes: lookers,
    listOf: GrantAnswer,
  })
  @Get()
  async listGrants(
    @Id('id') id: string,
    @Filter(ListQuery) query: ListQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { manager } = this.dataSource;
    const list = `grants-${id}`;
    const wish = pageWish(query, list);
    if (!(await findApplication(manager, request.caller!, id))) throw new NotFound();
    const rows = await findGrants(manager, id, wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }

  @Operation({
    tag,
    summary: 'Grant a resource',
    about:
      'Granted again, it has the scopes of the last time. Of Keyturn’s own scopes only those for ' +
      'members can be given here; a person of IT gives the others.',
    scopes: ['provisioning.write'],
    answer: GrantAnswer,
    conflict: 'The resource belongs to another API, or is not for this kind of application.',
  })
  @Put(':resource')
  async putGrant(
    @Id('id') id: string,
    @Id('resource') resourceId: string,
    @Input(GrantWish) { scopes = [] }: GrantWish,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      const resource = await findResource(tx, resourceId);
      if (scopes.some((scope) => resource?.operatorScopes.includes(scope))) {
        throw new Invalid({ scopes: 'A person of IT gives these scopes, on the page of IT.' });
      }
      await this.applications.grant(request.caller!, id, resourceId, scopes, tx);
      return findGrant(tx, id, resourceId);
    });
    return send(reply, answerOf(row!));
  }

  @Operation({
    tag,
    summary: 'Withdraw a resource',
    scopes: ['provisioning.write'],
    status: 204,
  })
  @Delete(':resource')
  async deleteGrant(
    @Id('id') id: string,
    @Id('resource') resourceId: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await inTransaction(this.dataSource, async (tx) => {
      if (!(await findGrant(tx, id, resourceId))) throw new NotFound('not granted');
      await this.applications.withdrawGrant(request.caller!, id, resourceId, tx);
    });
    return sendNothing(reply);
  }
}

function answerOf({ id, name, environment, audience, scopes, grantedAt }: GrantRow): GrantAnswer {
  return { id, name, environment, audience, scopes, grantedAt: grantedAt.toISOString() };
}
