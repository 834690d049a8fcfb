import { Controller, Get, Param, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { SeenBy, StepUp } from '../authentication/marks.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidOf } from '../platform/web/uuid-param.js';
import { momentOf } from '../platform/words.js';
import { AccessRequests } from '../sign-token/access-requests.service.js';
import { ClientUsers } from '../sign-token/client-users.service.js';
import { accessLine, isAccessStep } from './access.page.js';
import { type ConnectionRow, findOwnAccess, findOwnConnections } from './access.query.js';
import { takeAccessStep } from './access-steps.js';
import { doneNotice } from './done.js';
import { knownText } from './known-data.js';
import type { Confirmation, MyApplicationsPage, RevokePage } from './models.js';
import { OwnAccess } from './sign-in-sights.js';

const here = '/my-applications';

/** Applications that one signs in to: what each knows, and what was asked of or by them. */
@SeenBy(OwnAccess)
@Controller('my-applications')
export class MyApplicationsController {
  constructor(
    private readonly clientUsers: ClientUsers,
    private readonly access: AccessRequests,
    private readonly dataSource: DataSource,
    private readonly pages: Pages,
  ) {}

  @Get()
  list(@Query('done') done: unknown, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    return this.show(request, reply, { done });
  }

  @Get(':id/revoke')
  async ask(@Param('id') id: string, @Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const [row] = await findOwnConnections(this.dataSource, request.viewer!.id, uuidOf(id));
    if (!row) throw new NotFound('not connected');
    return this.pages.send(request, reply, () => ({
      view: 'portal/revoke',
      title: t`Take it back?`,
      model: { application: row.application, confirm: revocation(row) } satisfies RevokePage,
    }));
  }

  @StepUp(() => t`disconnect this application`)
  @Post(':id/revoke')
  async revoke(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    await this.clientUsers.revoke(request.viewer!, uuidOf(id));
    return reply.redirect(`${here}?done=sign-in-revoked`, 303);
  }

  /** The form's address, loaded anew. */
  @Get('requests/:id/:step')
  toList(@Res() reply: FastifyReply) {
    return reply.redirect(here, 303);
  }

  @StepUp(() => t`answer this`)
  @Post('requests/:id/:step')
  async step(
    @Param() { id, step }: { id: string; step: string },
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    if (!isAccessStep(step)) throw new NotFound('no such step');
    try {
      await takeAccessStep(this.access, request.viewer!, uuidOf(id), step);
    } catch (error) {
      if (error instanceof NotFound) throw error;
      return this.show(request, reply, { error });
    }
    return reply.redirect(`${here}?done=test-${step}`, 303);
  }

  private async show(
    request: FastifyRequest,
    reply: FastifyReply,
    shown: { done?: unknown; error?: unknown },
  ) {
    const viewer = request.viewer!;
    const connections = await findOwnConnections(this.dataSource, viewer.id);
    const requests = await findOwnAccess(this.dataSource, viewer.id);
    return this.pages.send(request, reply, () => ({
      view: 'portal/my-applications',
      title: t`Applications I use`,
      notice: doneNotice(shown.done),
      error: shown.error,
      model: {
        connections: connections.map((row) => ({
          id: row.applicationId,
          application: row.application,
          organisation: row.organisation,
          knows: knownText(row.scopes),
          since: momentOf(row.connectedAt),
          last: momentOf(row.lastSignInAt),
          revokeHref: `${here}/${row.applicationId}/revoke`,
          confirm: revocation(row),
        })),
        requests: requests.map((row) => accessLine(row, 'user', `${here}/requests`)),
      } satisfies MyApplicationsPage,
    }));
  }
}

function revocation({ applicationId, application }: ConnectionRow): Confirmation {
  return {
    paragraphs: [
      t`${application} learns nothing more about you from now on. What it has read already, it may have kept.`,
      t`When you sign in to it again, you are asked again.`,
    ],
    action: `${here}/${applicationId}/revoke`,
    button: t`Take it back`,
    cancelHref: here,
  };
}
