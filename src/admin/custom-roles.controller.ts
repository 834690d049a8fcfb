import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { CustomRoles } from '../applications/custom-roles.service.js';
import { roleKeyOf } from '../applications/role-key.js';
import { checkedRole } from '../applications/role-values.js';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { utcDay } from '../platform/utc-day.js';
import { isPermission, permissions } from '../users/permissions.js';
import { confirmPage } from './confirm.page.js';
import {
  changeRolePage,
  type RoleTurn,
  roleTurns,
  turnRolePage,
} from './custom-role-confirm.page.js';
import { customRolePage, customRolesPage, type TypedRole } from './custom-roles.page.js';
import { type CustomRoleRow, findCustomRoles } from './custom-roles.query.js';
import { doneNotice } from './done.js';
import { CustomRoleForm } from './forms.js';
import { roleHref } from './hrefs.js';

type Sent = Record<string, unknown> | undefined;

/** The roles that can be given, and those of IT's own making. */
@ItOnly()
@Controller('admin/roles')
export class CustomRolesController {
  constructor(
    private readonly customRoles: CustomRoles,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const rows = await findCustomRoles(this.dataSource, now);
    return this.pages.send(request, reply, () => ({
      view: 'admin/custom-roles',
      title: t`Roles`,
      notice: doneNotice(done),
      model: customRolesPage(rows, now),
    }));
  }

  @Get('new')
  form(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.show(request, reply, undefined);
  }

  @StepUp(() => t`make a role`)
  @Post()
  async create(@Body() body: Sent, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const typed = typedIn(body);
    try {
      const wish = { ...typed.form, permissions: typed.chosen };
      await this.customRoles.create(request.viewer!, wish);
      return await reply.redirect('/admin/roles?done=role-made', 303);
    } catch (error) {
      return this.show(request, reply, undefined, { ...typed, error });
    }
  }

  @Get(':key')
  async one(
    @Param('key') key: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.show(request, reply, await this.find(key), undefined, done);
  }

  /** Asks first, with what it does to how many people; the second time `sure` says so. */
  @StepUp(() => t`change this role`)
  @Post(':key')
  async change(
    @Param('key') key: string,
    @Body() body: Sent,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(key);
    const typed = typedIn(body);
    const wish = { ...typed.form, permissions: typed.chosen };
    try {
      const seen = seenIn(body);
      const wanted = checkedRole(wish, row.level, utcDay(this.clock.now())).permissions;
      const same = wanted.join() === row.permissions.join();
      if (!seen && !same && !row.builtIn) {
        const hidden = hiddenOf(typed, row);
        return await this.pages.send(request, reply, () =>
          confirmPage(changeRolePage(row, wanted, hidden)),
        );
      }
      const { permissions: known, holders } = row;
      await this.customRoles.change(
        request.viewer!,
        key,
        wish,
        seen ?? { permissions: known, holders },
      );
      return await reply.redirect(`${roleHref(key)}?done=role-changed`, 303);
    } catch (error) {
      return this.show(request, reply, row, { ...typed, error });
    }
  }

  @Get(':key/:turn')
  async ask(
    @Param('key') key: string,
    @Param('turn') turn: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const row = await this.find(key);
    const wanted = turnOf(turn);
    if (row.builtIn) throw new NotFound('nothing of a built-in role changes');
    return this.pages.send(request, reply, () => confirmPage(turnRolePage(row, wanted)));
  }

  @StepUp(() => t`change this role`)
  @Post(':key/:turn')
  async turn(
    @Param('key') key: string,
    @Param('turn') turn: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const wanted = turnOf(turn);
    const row = await this.find(key);
    try {
      if (wanted === 'end') await this.customRoles.end(request.viewer!, key);
      else await this.customRoles.turn(request.viewer!, key, wanted === 'on');
    } catch (error) {
      return this.pages.send(request, reply, () => ({
        ...confirmPage(turnRolePage(row, wanted)),
        error,
      }));
    }
    const done = wanted === 'end' ? 'role-ended' : `role-${wanted}`;
    return reply.redirect(`${roleHref(key)}?done=${done}`, 303);
  }

  private async find(key: string): Promise<CustomRoleRow> {
    const [row] = await findCustomRoles(this.dataSource, this.clock.now(), roleKeyOf(key));
    if (!row) throw new NotFound('no such role');
    return row;
  }

  private async show(
    request: FastifyRequest,
    reply: FastifyReply,
    row: CustomRoleRow | undefined,
    typed?: TypedRole,
    done?: unknown,
  ) {
    const now = this.clock.now();
    const all = await findCustomRoles(this.dataSource, now);
    const groups = [...new Set(all.map(({ group }) => group).filter(Boolean))].sort();
    return this.pages.send(request, reply, () => {
      const model = customRolePage(row, groups, now, typed);
      return {
        view: 'admin/custom-role',
        title: model.existing?.name ?? t`New role`,
        notice: doneNotice(done),
        error: typed?.error,
        model,
      };
    });
  }
}

function typedIn(body: Sent): TypedRole {
  const chosen = permissions.filter((each) => body?.[each] === 'yes');
  return { form: readForm(CustomRoleForm, body), chosen };
}

/** What stood on the page where the change was confirmed. */
function seenIn(body: Sent) {
  const { sure, holders } = body ?? {};
  if (typeof sure !== 'string' || typeof holders !== 'string') return undefined;
  return { permissions: sure.split(' ').filter(isPermission), holders: Number(holders) };
}

function hiddenOf({ form, chosen }: TypedRole, row: CustomRoleRow) {
  const { name, description, group, lastDay } = form;
  const fields = Object.entries({ name, description, group, lastDay });
  return [
    ...fields.map(([field, value]) => ({ name: field, value })),
    ...chosen.map((each) => ({ name: each, value: 'yes' })),
    { name: 'sure', value: row.permissions.join(' ') },
    { name: 'holders', value: `${row.holders}` },
  ];
}

function turnOf(text: string): RoleTurn {
  const turn = roleTurns.find((each) => each === text);
  if (!turn) throw new NotFound('no such change of a role');
  return turn;
}
