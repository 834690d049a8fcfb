import { Body, Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Forbidden, NotFound } from '../platform/refusals.js';
import { fieldsOf, readForm } from '../platform/web/form.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { momentOf } from '../platform/words.js';
import { AccessRequests } from '../sign-token/access-requests.service.js';
import { accessLine, isAccessStep } from './access.page.js';
import { findAccessOf, findConnectionsOf, findKept } from './access.query.js';
import { takeAccessStep } from './access-steps.js';
import { doneNotice } from './done.js';
import { applicationHref } from './hrefs.js';
import { knownText } from './known-data.js';
import type { ApplicationUsersPage } from './models.js';
import { KeptSignIns } from './sign-in-sights.js';

class InviteForm {
  email = '';
  note = '';
}

interface Shown {
  form?: InviteForm;
  done?: unknown;
  error?: unknown;
}

/** Who has signed in for an application, and who may on its test domains. */
@SeenBy(KeptSignIns)
@Controller('manage-api-credentials/:application/users')
export class ApplicationUsersController {
  constructor(
    private readonly access: AccessRequests,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  list(
    @Param('application') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    return this.show(uuidOf(id), request, reply, { done });
  }

  @StepUp(() => t`invite somebody to test`)
  @Post()
  async invite(
    @Param('application') application: string,
    @Body() body: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const id = uuidOf(application);
    const form = readForm(InviteForm, body);
    try {
      await this.access.invite(request.viewer!, id, form.email, form.note);
    } catch (error) {
      if (error instanceof NotFound || error instanceof Forbidden) throw error;
      return this.show(id, request, reply, { form, error });
    }
    return reply.redirect(`${usersHref(id)}?done=test-invited`, 303);
  }

  /** The form's address, loaded anew. */
  @Get('requests/:asked/:step')
  toList(@Param('application') id: string, @Res() reply: FastifyReply) {
    return reply.redirect(usersHref(uuidOf(id)), 303);
  }

  @StepUp(() => t`answer this`)
  @Post('requests/:asked/:step')
  async step(
    @Param() params: { application: string; asked: string; step: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { step } = params;
    const [id, asked] = [uuidOf(params.application), uuidOf(params.asked)];
    const rows = await findAccessOf(this.dataSource, request.viewer!.id, this.clock.now(), id);
    if (!isAccessStep(step) || !rows.some((row) => row.id === asked)) {
      throw new NotFound('no such request of this application, or step');
    }
    try {
      await takeAccessStep(this.access, request.viewer!, asked, step);
    } catch (error) {
      if (error instanceof NotFound || error instanceof Forbidden) throw error;
      return this.show(id, request, reply, { error });
    }
    return reply.redirect(`${usersHref(id)}?done=test-${step}`, 303);
  }

  private async show(id: string, request: FastifyRequest, reply: FastifyReply, shown: Shown) {
    const asking = [this.dataSource, request.viewer!.id, this.clock.now(), id] as const;
    const kept = await findKept(...asking);
    if (!kept) throw new NotFound('no such application for this user');
    const connections = await findConnectionsOf(...asking);
    const requests = await findAccessOf(...asking);
    const { form = new InviteForm(), done, error } = shown;
    return this.pages.send(request, reply, () => ({
      view: 'portal/application-users',
      title: t`Users of ${kept.name}`,
      notice: doneNotice(done),
      error,
      model: {
        application: { name: kept.name, href: applicationHref(id) },
        connections: connections.map((row) => ({
          name: row.user,
          email: row.email,
          knows: knownText(row.scopes),
          since: momentOf(row.connectedAt),
          last: momentOf(row.lastSignInAt),
          state: row.revokedAt
            ? { key: 'off', text: t`Taken back` }
            : { key: 'active', text: t`Connected` },
        })),
        requests: requests.map((row) =>
          accessLine(row, kept.mayKeep ? 'keeper' : undefined, `${usersHref(id)}/requests`),
        ),
        invite: kept.mayKeep ? { action: usersHref(id), ...fieldsOf(form, error) } : undefined,
      } satisfies ApplicationUsersPage,
    }));
  }
}

export const usersHref = (applicationId: string) => `${applicationHref(applicationId)}/users`;
