import { Controller, Get, Param, Patch, Post, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { CustomRoles } from '../../../applications/custom-roles.service.js';
import { roleKeyOf } from '../../../applications/role-key.js';
import { Machine } from '../../../authentication/marks.js';
import { Config } from '../../../platform/config/config.js';
import { inTransaction, type Tx } from '../../../platform/database/tx.js';
import { NotFound } from '../../../platform/refusals.js';
import { utcDay } from '../../../platform/utc-day.js';
import { Filter, Input } from '../contract/input.js';
import { Operation } from '../contract/operation.js';
import { type Made, Once } from '../idempotency/once.service.js';
import { checkMatch, etagOf } from '../kernel/etag.js';
import { ApiGuard } from '../kernel/guard.js';
import { ListQuery, pageWish, sendList } from '../kernel/list.js';
import { send } from '../kernel/send.js';
import { CustomRoleAnswer, CustomRoleChange, NewCustomRole } from './custom-roles.dto.js';
import { type CustomRoleRow, findCustomRole, findCustomRoles } from './custom-roles.query.js';

const tag = 'Custom roles';

/** What can be given to members: the two built-in roles, and those that IT makes (ADR 140). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/custom-roles')
export class CustomRolesController {
  constructor(
    private readonly customRoles: CustomRoles,
    private readonly once: Once,
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  @Operation({
    tag,
    summary: 'List the roles that can be given',
    scopes: ['provisioning.read'],
    listOf: CustomRoleAnswer,
  })
  @Get()
  async listCustomRoles(
    @Filter(ListQuery) query: ListQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const list = 'custom-roles';
    const wish = pageWish(query, list, /^[a-z][a-z0-9_]{1,39}$/);
    const rows = await findCustomRoles(this.dataSource.manager, wish);
    return sendList(request, reply, { list, wish, rows, base: this.config.PUBLIC_URL }, answerOf);
  }

  @Operation({
    tag,
    summary: 'Make a role',
    about: 'Next, give it to people.',
    scopes: ['provisioning.write'],
    status: 201,
    answer: CustomRoleAnswer,
    once: true,
    tagged: true,
  })
  @Post()
  async createCustomRole(
    @Input(NewCustomRole) input: NewCustomRole,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const made = await this.once.run(request, (tx) => this.make(tx, request, input));
    return send(reply, made.body, made);
  }

  @Operation({
    tag,
    summary: 'Look at a role that can be given',
    scopes: ['provisioning.read'],
    answer: CustomRoleAnswer,
    tagged: true,
  })
  @Get(':key')
  async getCustomRole(@Param('key') key: string, @Res() reply: FastifyReply) {
    const row = found(await findCustomRole(this.dataSource.manager, roleKeyOf(key)));
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  @Operation({
    tag,
    summary: 'Change a role, or switch it off and on',
    about: 'Whoever has it gains and loses at the next request.',
    scopes: ['provisioning.write'],
    answer: CustomRoleAnswer,
    ifMatch: 'required',
    tagged: true,
    conflict: 'It is built in, has ended, or somebody in an operator organisation has it.',
  })
  @Patch(':key')
  async changeCustomRole(
    @Param('key') key: string,
    @Input(CustomRoleChange) change: CustomRoleChange,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await inTransaction(this.dataSource, async (tx) => {
      const before = found(await findCustomRole(tx, roleKeyOf(key), true));
      checkMatch(request, tagOf(before), 'required');
      const { active, ...values } = change;
      if (Object.values(values).some((value) => value !== undefined)) {
        await this.customRoles.change(request.caller!, key, merged(before, values), undefined, tx);
      }
      if (active !== undefined) await this.customRoles.turn(request.caller!, key, active, tx);
      return found(await findCustomRole(tx, key));
    });
    return send(reply, answerOf(row), { etag: tagOf(row) });
  }

  private async make(tx: Tx, request: FastifyRequest, input: NewCustomRole): Promise<Made> {
    const { key, level, name, permissions, description = '', group = '', lastDay = '' } = input;
    const wish = { key, level, name, permissions, description, group, lastDay };
    await this.customRoles.create(request.caller!, wish, tx);
    const row = found(await findCustomRole(tx, key));
    return {
      status: 201,
      id: null,
      location: `${this.config.PUBLIC_URL}/api/v1/custom-roles/${key}`,
      body: answerOf(row),
      etag: tagOf(row),
    };
  }
}

/** What is absent stays. */
function merged(before: CustomRoleRow, change: Omit<CustomRoleChange, 'active'>) {
  const { name, description, group, permissions, endsAt } = before;
  const last = endsAt ? utcDay(new Date(endsAt.getTime() - 1)) : '';
  return {
    name: change.name ?? name,
    description: change.description ?? description,
    group: change.group ?? group,
    permissions: change.permissions ?? permissions,
    lastDay: change.lastDay === undefined ? last : (change.lastDay ?? ''),
  };
}

function found(row: CustomRoleRow | undefined): CustomRoleRow {
  if (!row) throw new NotFound('no such role');
  return row;
}

function answerOf({ id, endsAt, ...row }: CustomRoleRow): CustomRoleAnswer {
  const { level, name, description, group, permissions, builtIn, active } = row;
  const said = { level, name, description, group, permissions, builtIn, active };
  return { key: id, ...said, endsAt: endsAt?.toISOString() ?? null };
}

function tagOf(row: CustomRoleRow): string {
  return etagOf('custom-role', answerOf(row));
}
