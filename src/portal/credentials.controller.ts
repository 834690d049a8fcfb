import { Controller, Get, Param, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import type { Viewer } from '../authentication/viewer.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { uuidIn, uuidOf } from '../platform/web/uuid-param.js';
import { ledgerOf } from '../reminders/reminders.query.js';
import { applicationPage, homeApplication } from './credentials.page.js';
import { findApplications } from './credentials.query.js';
import { doneNotice, justDone } from './done.js';
import type { ApplicationPage, HomePage, NoRolePage } from './models.js';
import { secretPage } from './secret.page.js';

/** More than this does not fit a page; people with so many look for one by its name. */
const shownAtMost = 50;

/** The pages that show applications and secrets; they change nothing. */
@Controller()
export class CredentialsController {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
    private readonly pages: Pages,
  ) {}

  @Get()
  start(@Res() reply: FastifyReply) {
    return reply.redirect('/manage-api-credentials', 303);
  }

  /** The address of an earlier portal (R11). */
  @Get('manage-clients')
  moved(@Res() reply: FastifyReply) {
    return reply.redirect('/manage-api-credentials', 301);
  }

  @Get('manage-api-credentials')
  async home(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const viewer = request.viewer!;
    if (!viewer.it && !viewer.orgAdmin && !viewer.manager) return this.noRole(request, reply);
    const now = this.clock.now();
    const rows = await findApplications(this.dataSource, viewer, now, { limit: shownAtMost });
    return this.pages.send(request, reply, {
      view: 'portal/home',
      title: 'Applications',
      model: {
        intro: introFor(viewer, rows.length),
        applications: rows.map((row) =>
          homeApplication(row, now, viewer.it || (viewer.orgAdmin && !row.mayManage)),
        ),
        emptyText: viewer.it
          ? 'Create an organisation first, then its applications.'
          : 'No application has been set up for you yet. Ask support.',
      } satisfies HomePage,
    });
  }

  @Get('manage-api-credentials/:application')
  async application(
    @Param('application') id: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const viewer = request.viewer!;
    const [row] = await findApplications(this.dataSource, viewer, now, {
      applicationId: uuidOf(id),
      limit: 1,
    });
    if (!row) throw new NotFound('no such application for this user');
    return this.pages.send(request, reply, {
      view: 'portal/application',
      title: row.name,
      model: {
        ...applicationPage(row, now, {
          most: this.config.SECRETS_PER_APPLICATION,
          publicUrl: this.config.PUBLIC_URL,
          viewer,
        }),
        done: await justDone(this.dataSource, viewer, uuidIn(done), now),
      } satisfies ApplicationPage,
    });
  }

  @Get('manage-api-credentials/:application/secrets/:secret')
  async secret(
    @Param('application') applicationId: string,
    @Param('secret') secretId: string,
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const now = this.clock.now();
    const [row] = await findApplications(this.dataSource, request.viewer!, now, {
      applicationId: uuidOf(applicationId),
      secretId: uuidOf(secretId),
      limit: 1,
    });
    const secret = row?.secrets.find(({ id }) => id === uuidOf(secretId));
    if (!row || !secret) throw new NotFound('no such secret for this user');
    const ledger = await ledgerOf(this.dataSource, [secret.id], request.viewer!, now);
    const text = await justDone(this.dataSource, request.viewer!, uuidIn(done), now);
    return this.pages.send(request, reply, {
      view: 'portal/secret',
      title: secret.name,
      notice: text === undefined ? doneNotice(done) : { kind: 'success', text },
      model: secretPage(
        row,
        secret,
        ledger,
        { viewerId: request.viewer!.id, most: this.config.SECRETS_PER_APPLICATION },
        now,
      ),
    });
  }

  private async noRole(request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
    const [organisation] = await this.dataSource.query<{ name: string }[]>(
      `select name from organisations where id = $1`,
      [request.viewer!.organisationId],
    );
    return this.pages.send(request, reply, {
      view: 'portal/no-role',
      title: 'No role yet',
      model: { organisation: organisation?.name } satisfies NoRolePage,
    });
  }
}

function introFor(viewer: Viewer, count: number): string {
  const cut = count === shownAtMost ? ` These are the ${shownAtMost} that end first.` : '';
  if (viewer.it) return `All applications of all organisations, to look at.${cut}`;
  if (viewer.orgAdmin && viewer.manager) {
    return `The applications you manage, and the others of your organisation to look at.${cut}`;
  }
  if (viewer.orgAdmin) return `The applications of your organisation, to look at.${cut}`;
  return `The applications you manage.${cut}`;
}
