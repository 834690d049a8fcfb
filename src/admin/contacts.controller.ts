import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { ItOnly, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { Acknowledgements } from '../reminders/acknowledgements.service.js';
import { Users } from '../users/users.service.js';
import { contactChoices, contactLine } from './contacts.page.js';
import { contactFilters, findContacts } from './contacts.query.js';
import { doneNotice } from './done.js';
import { readCursor, slice } from './keyset.js';
import type { ContactsPage } from './models.js';

/** Whom the mails do not reach, and who says that they are not theirs (R4, M6). */
@ItOnly()
@Controller('admin/contacts')
export class ContactsController {
  constructor(
    private readonly users: Users,
    private readonly acknowledgements: Acknowledgements,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async list(
    @Query() query: Record<string, unknown>,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const show = contactFilters.find((each) => each === query.show) ?? 'any';
    const cursor = readCursor(query, [/^[^\p{Cc}]{1,200}$/u, /^[0-9a-f-]{36}$/]);
    const found = await findContacts(this.dataSource, show, cursor, now);
    const { rows, pagination } = slice(found, cursor, ({ sort, id }) => [sort, id], { show });
    return this.pages.send(request, reply, () => ({
      view: 'admin/contacts',
      title: t`Contacts`,
      notice: doneNotice(query.done),
      model: {
        choices: contactChoices(show),
        applications: rows.map((row) => contactLine(row, now)),
        pagination,
      } satisfies ContactsPage,
    }));
  }

  /** Addresses of the page's forms: who loads one anew gets the page itself. */
  @Get(['users/:user/address-checked', 'not-mine/:word/settle'])
  backToPage(@Res() reply: FastifyReply) {
    return reply.redirect('/admin/contacts', 303);
  }

  @StepUp(() => t`mark this address as good`)
  @Post('users/:user/address-checked')
  async addressChecked(
    @Param('user') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.users.addressChecked(request.viewer!, uuidOf(id));
    return reply.redirect('/admin/contacts?done=address-checked', 303);
  }

  @StepUp(() => t`settle this`)
  @Post('not-mine/:word/settle')
  async settle(
    @Param('word') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.acknowledgements.settle(request.viewer!, uuidOf(id));
    return reply.redirect('/admin/contacts?done=settled', 303);
  }
}
