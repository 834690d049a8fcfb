import { Controller, Delete, Get, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource, type EntityManager } from 'typeorm';
import { isRoleKey } from '../../../applications/role-key.js';
import { Roles } from '../../../applications/roles.service.js';
import { Machine } from '../../../authentication/marks.js';
import { Clock } from '../../../platform/clock.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { Invalid, NotFound } from '../../../platform/refusals.js';
import { Filter, Id, Input } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { type Made, Once } from '../idempotency/once.service.js';
import { atField } from '../kernel/at-field.js';
import { ApiGuard } from '../kernel/guard.js';
import { pageWish, sendList } from '../kernel/list.js';
import { send, sendNothing } from '../kernel/send.js';
import { findCustomRole } from '../custom-roles/custom-roles.query.js';
import { findUser } from '../users/users.query.js';
import { NewRole, RoleAnswer, RoleQuery } from './roles.dto.js';
import { findRole, findRoles, type RoleRow } from './roles.query.js';

const tag = 'Roles';

/** Who manages and who sees, with the confirmation on record (R3–R6). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/roles')
export class RolesController {
  constructor(
    private readonly roles: Roles,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Operation({ tag, summary: 'List roles', scopes: ['provisioning.read'], listOf: RoleAnswer })
  @Get()
  async listRoles(
    @Filter(RoleQuery) query: RoleQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const list = 'roles';
    const wish = pageWish(query, list);
    const rows = await findRoles(this.dataSource.manager, query, this.clock.now(), wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }

  @Operation({
    tag,
    summary: 'Give a role',
    scopes: ['provisioning.write'],
    status: 201,
    answer: RoleAnswer,
    once: true,
    conflict: 'The person has it already, or belongs to another organisation.',
  })
  @Post()
  async createRole(
    @Input(NewRole) input: NewRole,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, (tx) => this.make(tx, request, input));
    return send(reply, made.body, made);
  }

  @Operation({ tag, summary: 'Look at a role', scopes: ['provisioning.read'], answer: RoleAnswer })
  @Get(':id')
  async getRole(@Id('id') id: string, @Res() reply: FastifyReply) {
    return send(reply, answerOf(await this.find(this.dataSource.manager, id)));
  }

  @Operation({
    tag,
    summary: 'Withdraw a role',
    about: 'Open sessions lose it at their next request.',
    scopes: ['provisioning.write'],
    status: 204,
  })
  @Delete(':id')
  async deleteRole(
    @Id('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await inTransaction(this.dataSource, async (tx) => {
      await this.find(tx, id);
      await this.roles.withdraw(request.caller!, id, tx);
    });
    return sendNothing(reply);
  }

  private async make(tx: Tx, request: FastifyRequest, input: NewRole): Promise<Made> {
    const { userId, role, applicationId, confirmedBy, confirmedOn, lastDay } = input;
    const kind = isRoleKey(role) ? await findCustomRole(tx, role) : undefined;
    if (!kind) throw new Invalid({ role: 'There is no such role that programs give.' });
    if (kind.level === 'organisation' && applicationId !== undefined) {
      throw new Invalid({ applicationId: 'This role is one for the whole organisation.' });
    }
    if (!(await findUser(tx, userId))) {
      throw new Invalid({ userId: 'There is nobody with this id in an organisation.' });
    }
    const wish = { userId, role, applicationId, confirmedBy, confirmedOn, lastDay };
    const { id } = await atField('userId', this.roles.give(request.caller!, wish, tx));
    return {
      status: 201,
      id,
      location: `${this.config.PUBLIC_URL}/api/v1/roles/${id}`,
      body: answerOf(await this.find(tx, id)),
    };
  }

  private async find(db: EntityManager, id: string): Promise<RoleRow> {
    const row = await findRole(db, id, this.clock.now());
    if (!row) throw new NotFound('no such role, or over');
    return row;
  }
}

function answerOf(row: RoleRow): RoleAnswer {
  return {
    id: row.id,
    userId: row.userId,
    role: row.role,
    organisationId: row.organisationId,
    applicationId: row.applicationId,
    confirmedBy: row.confirmedBy,
    confirmedOn: row.confirmedOn,
    grantedAt: row.grantedAt.toISOString(),
    endsAt: row.endsAt?.toISOString() ?? null,
  };
}
