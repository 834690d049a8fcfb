import { Controller, Get, Post, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StepUp } from '../authentication/marks.js';
import { t } from '../platform/language/speaking.js';
import { NotFound } from '../platform/refusals.js';
import { Pages } from '../platform/web/pages.js';
import { CalendarFeeds } from '../reminders/calendar-feeds.service.js';
import { momentOf } from '../platform/words.js';
import { doneNotice } from './done.js';
import { hasCalendar } from './forecast.page.js';
import type { CalendarMadePage, CalendarPage } from './models.js';

/** The forecast in one's own calendar program (M11): the address is made, shown once, and revoked here. */
@Controller('forecast/calendar')
export class CalendarPageController {
  constructor(
    private readonly feeds: CalendarFeeds,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(
    @Query('done') done: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const viewer = request.viewer!;
    if (!hasCalendar(viewer)) throw new NotFound('reminded of nothing');
    const feed = await this.feeds.openOf(viewer.id);
    return this.pages.send(request, reply, () => ({
      view: 'portal/calendar',
      title: t`Calendar`,
      notice: doneNotice(done),
      model: {
        ofServers: viewer.everywhere.has('reminders.receive'),
        feed: feed
          ? {
              madeAt: momentOf(feed.createdAt),
              fetchedAt: feed.fetchedAt ? momentOf(feed.fetchedAt) : undefined,
            }
          : undefined,
      } satisfies CalendarPage,
    }));
  }

  @StepUp(() => t`make an address for your calendar`)
  @Post()
  async make(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const address = await this.feeds.make(request.viewer!);
    return this.pages.send(request, reply, () => ({
      view: 'portal/calendar-made',
      title: t`The address for your calendar`,
      model: { address } satisfies CalendarMadePage,
    }));
  }

  @StepUp(() => t`revoke the address of your calendar`)
  @Post('revoke')
  async revoke(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    await this.feeds.revoke(request.viewer!);
    return reply.redirect('/forecast/calendar?done=calendar-revoked', 303);
  }

  /** An address of a form, loaded anew. */
  @Get('revoke')
  again(@Res() reply: FastifyReply) {
    return reply.redirect('/forecast/calendar', 303);
  }
}
