import { Body, Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { t } from '../platform/language/speaking.js';
import { checkForm, fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { Users } from '../users/users.service.js';
import { goneFromList, operator, UserForm } from './forms.js';
import { userHref } from './hrefs.js';
import { slice } from './keyset.js';
import { chosen, orderCursor, orderKey, orderValue, readOrder } from './list-order.js';
import { searchText } from './search-text.js';
import { userNewPage, usersPage } from './users.page.js';
import {
  findOrganisationOptions,
  findRoleNames,
  findUsers,
  userRoles,
  userStates,
} from './users.query.js';

/** The list of all people, and the invitation of a new one (R2). */
@ItOnly()
@Controller('admin/users')
export class UsersController {
  constructor(
    private readonly users: Users,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const otherRoles = await findRoleNames(this.dataSource);
    const filter = {
      q: searchText(query.q),
      role: chosen(query.role, [...userRoles, ...otherRoles.map(({ key }) => key)]),
      state: chosen(query.state, userStates),
      order: readOrder(query.sort),
    };
    const cursor = orderCursor(filter.order, query);
    const found = await findUsers(this.dataSource, filter, cursor, this.clock.now());
    const { rows, pagination } = slice(found, cursor, orderKey(filter.order), {
      q: filter.q,
      role: filter.role,
      state: filter.state,
      sort: orderValue(filter.order),
    });
    return this.pages.send(request, reply, () => ({
      view: 'admin/users',
      title: t`Users`,
      model: usersPage(filter, rows, pagination, otherRoles),
    }));
  }

  @Get('new')
  form(
    @Query('organisation') organisation: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const organisationId = typeof organisation === 'string' ? organisation : '';
    return this.showForm(request, reply, Object.assign(new UserForm(), { organisationId }));
  }

  @StepUp(() => t`invite this person`)
  @Post()
  async invite(@Body() body: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const form = readForm(UserForm, body);
    try {
      checkForm(form);
      const { id } = await this.users.invite(request.viewer!, {
        ...form,
        organisationId: form.organisationId === operator ? null : form.organisationId,
      });
      return await reply.redirect(`${userHref(id)}?done=invited`, 303);
    } catch (error) {
      const sentence = () => t`Choose an organisation, or operator staff.`;
      return this.showForm(request, reply, form, goneFromList(error, 'organisationId', sentence));
    }
  }

  private async showForm(
    request: FastifyRequest,
    reply: FastifyReply,
    form: UserForm,
    error?: unknown,
  ) {
    const organisations = await findOrganisationOptions(this.dataSource);
    return this.pages.send(request, reply, () => ({
      view: 'admin/user-new',
      title: t`Invite a user`,
      error,
      model: userNewPage(organisations, fieldsOf(form, error), this.config.INVITATION_HOURS),
    }));
  }
}
