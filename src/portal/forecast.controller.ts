import { Controller, Get, Query, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Clock } from '../platform/clock.js';
import { t } from '../platform/language/speaking.js';
import { Pages } from '../platform/web/pages.js';
import { Forecasts } from '../reminders/forecasts.service.js';
import { forecastChoices, forecastPage } from './forecast.page.js';

/** Which mails will go out, and to whom (M11): to everybody about what they may see. */
@Controller('forecast')
export class ForecastController {
  constructor(
    private readonly forecasts: Forecasts,
    private readonly clock: Clock,
    private readonly pages: Pages,
  ) {}

  @Get()
  async show(
    @Query('days') wanted: unknown,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const viewer = request.viewer!;
    const now = this.clock.now();
    const days = forecastChoices.find((each) => `${each}` === wanted) ?? 30;
    // Who sees no application reads about the own mails alone.
    const sees = viewer.may.has('applications.see');
    const scope = sees ? { viewerId: viewer.id } : { contactId: viewer.id };
    const found = await this.forecasts.of(scope, now, days);
    return this.pages.send(request, reply, () => ({
      view: 'portal/forecast',
      title: t`Forecast`,
      model: forecastPage(found, viewer, now, days),
    }));
  }
}
