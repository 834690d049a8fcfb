import { Controller, Delete, Get, Patch, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Applications } from '../../../applications/applications.service.js';
import { Machine } from '../../../authentication/marks.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import { Filter, Id, Input } from '../contract/input.js';
import { lookers, Operation } from '../contract/operation.js';
import { type Made, Once } from '../idempotency/once.service.js';
import { atField } from '../kernel/at-field.js';
import { checkMatch, etagOf } from '../kernel/etag.js';
import { ApiGuard } from '../kernel/guard.js';
import { pageWish, sendList } from '../kernel/list.js';
import { send, sendNothing } from '../kernel/send.js';
import {
  ApplicationAnswer,
  ApplicationChange,
  ApplicationQuery,
  NewApplication,
} from './applications.dto.js';
import {
  type ApplicationRow,
  findApplication,
  findApplications,
  lockAnyApplication,
} from './applications.query.js';

const tag = 'Applications';

/** Registered API clients (A1–A8). Who does not provision sees the own one alone. */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/applications')
export class ApplicationsController {
  constructor(
    private readonly applications: Applications,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'List applications',
    about: 'All of them with `provisioning.read`, otherwise the caller’s own.',
    scopes: lookers,
    listOf: ApplicationAnswer,
  })
  @Get()
  async listApplications(
    @Filter(ApplicationQuery) query: ApplicationQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const list = 'applications';
    const wish = pageWish(query, list);
    const rows = await findApplications(this.dataSource.manager, request.caller!, query, wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }

  @Operation({
    tag,
    summary: 'Create an application',
    scopes: ['provisioning.write'],
    status: 201,
    answer: ApplicationAnswer,
    once: true,
    tagged: true,
  })
  @Post()
  async createApplication(
    @Input(NewApplication) input: NewApplication,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, (tx) => this.make(tx, request, input));
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Look at an application',
    scopes: lookers,
    answer: ApplicationAnswer,
    tagged: true,
  })
  @Get(':id')
  async getApplication(
    @Id('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = found(await findApplication(this.dataSource.manager, request.caller!, id));
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Disable or enable an application',
    scopes: ['provisioning.write'],
    answer: ApplicationAnswer,
    ifMatch: 'required',
    tagged: true,
  })
  @Patch(':id')
  async changeApplication(
    @Id('id') id: string,
    @Input(ApplicationChange) { disabled }: ApplicationChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      const caller = request.caller!;
      checkMatch(request, tagOf(await this.lock(tx, id)), 'required');
      if (disabled) await this.applications.disable(caller, id, tx);
      else await this.applications.enable(caller, id, tx);
      return this.lock(tx, id);
    });
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Delete an application',
    about: 'Its secrets are dead at once and for ever.',
    scopes: ['provisioning.write'],
    status: 204,
    ifMatch: 'optional',
  })
  @Delete(':id')
  async deleteApplication(
    @Id('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await inTransaction(this.dataSource, async (tx) => {
      checkMatch(request, tagOf(await this.lock(tx, id)), 'optional');
      await this.applications.delete(request.caller!, id, tx);
    });
    return sendNothing(reply);
  }

  private async make(tx: Tx, request: FastifyRequest, input: NewApplication): Promise<Made> {
    const { organisationId, kind = 'partner', apiCode } = input;
    const wish = { organisationId, kind, apiCode };
    const made = this.applications.create(request.caller!, wish, tx);
    const row = await atField('organisationId', made);
    return {
      status: 201,
      id: row.id,
      location: `${this.config.PUBLIC_URL}/api/v1/applications/${row.id}`,
      body: answerOf(row),
      etag: tagOf(row),
    };
  }

  private async lock(tx: Tx, id: string): Promise<ApplicationRow> {
    return found(await lockAnyApplication(tx, id));
  }
}

function found(row: ApplicationRow | undefined): ApplicationRow {
  if (!row) throw new NotFound('no such application for this caller, or deleted');
  return row;
}

function answerOf(row: ApplicationRow): ApplicationAnswer {
  return {
    id: row.id,
    clientId: row.clientId,
    organisationId: row.organisationId,
    kind: row.kind,
    apiCode: row.apiCode,
    name: row.name,
    createdAt: row.createdAt.toISOString(),
    disabledAt: row.disabledAt?.toISOString() ?? null,
  };
}

/** What can be changed about an application is whether it is disabled. */
function tagOf({ id, disabledAt }: ApplicationRow): string {
  return etagOf('application', id, disabledAt);
}
