import { Controller, Get, Patch, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource, type EntityManager } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Resets } from '../../../authentication/resets.service.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { Outbox } from '../../../platform/mail/outbox.service.js';
import { Conflict, NotFound } from '../../../platform/refusals.js';
import { Users } from '../../../users/users.service.js';
import { Filter, Id, Input } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { type Made, Once } from '../idempotency/once.service.js';
import { atField } from '../kernel/at-field.js';
import { checkMatch, etagOf } from '../kernel/etag.js';
import { ApiGuard } from '../kernel/guard.js';
import { pageWish, sendList } from '../kernel/list.js';
import { send, sendNothing } from '../kernel/send.js';
import { FactorReset, NewUser, UserAnswer, UserChange, UserQuery } from './users.dto.js';
import { findUser, findUsers, type UserRow } from './users.query.js';

const tag = 'Users';

/** Portal accounts of organisations: invite, close, reset (R2, R12, R13). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/users')
export class UsersController {
  constructor(
    private readonly users: Users,
    private readonly resets: Resets,
    private readonly outbox: Outbox,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({ tag, summary: 'List users', scopes: ['provisioning.read'], listOf: UserAnswer })
  @Get()
  async listUsers(
    @Filter(UserQuery) query: UserQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const list = 'users';
    const wish = pageWish(query, list);
    const rows = await findUsers(this.dataSource.manager, query, wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }

  @Operation({
    tag,
    summary: 'Invite a user',
    about: 'Makes an account and mails a link for the first sign-in.',
    scopes: ['provisioning.write'],
    status: 201,
    answer: UserAnswer,
    once: true,
    tagged: true,
  })
  @Post()
  async createUser(
    @Input(NewUser) input: NewUser,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, (tx) => this.make(tx, request, input));
    this.outbox.kick();
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Look at a user',
    scopes: ['provisioning.read'],
    answer: UserAnswer,
    tagged: true,
  })
  @Get(':id')
  async getUser(@Id('id') id: string, @Res() reply: FastifyReply) {
    const row = await this.find(this.dataSource.manager, id);
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Rename a user',
    about: 'The address and the organisation of an account never change.',
    scopes: ['provisioning.write'],
    answer: UserAnswer,
    ifMatch: 'required',
    tagged: true,
    conflict: 'The account is closed.',
  })
  @Patch(':id')
  async changeUser(
    @Id('id') id: string,
    @Input(UserChange) { name }: UserChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      const before = await this.find(tx, id, true);
      checkMatch(request, tagOf(before), 'required');
      if (before.closedAt) throw new Conflict('This account is closed. Its name stays as it was.');
      await this.users.rename(request.caller!, id, name, tx);
      return this.find(tx, id);
    });
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Send a new invitation',
    about: 'Earlier ones are void.',
    scopes: ['provisioning.write'],
    status: 204,
    conflict: 'The person has completed the first sign-in.',
  })
  @Post(':id/invitation')
  async inviteUserAgain(
    @Id('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.find(this.dataSource.manager, id);
    await this.users.inviteAgain(request.caller!, id);
    return sendNothing(reply);
  }

  @Operation({
    tag,
    summary: 'Close an account',
    about: 'For ever; sessions end at their next request. Secrets that the person made live on.',
    scopes: ['provisioning.write'],
    answer: UserAnswer,
  })
  @Post(':id/close')
  async closeUser(
    @Id('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const before = await this.find(this.dataSource.manager, id);
    // Closed is closed: a repeated request says so.
    if (!before.closedAt) await this.users.close(request.caller!, id);
    return send(reply, answerOf(await this.find(this.dataSource.manager, id)));
  }

  @Operation({
    tag,
    summary: 'Take away the second factor',
    about: 'For a lost device, after an identity check. The next sign-in sets up a new one.',
    scopes: ['provisioning.write'],
    status: 204,
  })
  @Post(':id/factor-reset')
  async resetUserFactor(
    @Id('id') id: string,
    @Input(FactorReset) { identityCheck }: FactorReset,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.find(this.dataSource.manager, id);
    await this.resets.resetFactor(request.caller!, id, identityCheck);
    return sendNothing(reply);
  }

  private async make(tx: Tx, request: FastifyRequest, input: NewUser): Promise<Made> {
    const { organisationId, email, name } = input;
    const invited = this.users.invite(request.caller!, { organisationId, email, name }, tx);
    const { id } = await atField('organisationId', invited);
    const row = await this.find(tx, id);
    return {
      status: 201,
      id,
      location: `${this.config.PUBLIC_URL}/api/v1/users/${id}`,
      body: answerOf(row),
      etag: tagOf(row),
    };
  }

  private async find(db: EntityManager, id: string, locked = false): Promise<UserRow> {
    const row = await findUser(db, id, locked);
    if (!row) throw new NotFound('no such user of an organisation');
    return row;
  }
}

/** Of what a change can change; a sign-in is no change. */
function tagOf({ id, name, closedAt }: UserRow): string {
  return etagOf('user', id, name, closedAt?.toISOString() ?? '');
}

function answerOf(row: UserRow): UserAnswer {
  return {
    id: row.id,
    organisationId: row.organisationId,
    email: row.email,
    name: row.name,
    state: row.closedAt ? 'closed' : row.activatedAt ? 'active' : 'invited',
    createdAt: row.createdAt.toISOString(),
    lastSignInAt: row.lastSignInAt?.toISOString() ?? null,
    closedAt: row.closedAt?.toISOString() ?? null,
  };
}
