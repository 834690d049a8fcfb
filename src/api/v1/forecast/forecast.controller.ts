import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { DataSource } from 'typeorm';
import { Machine } from '../../../authentication/marks.js';
import { Clock } from '../../../platform/clock.js';
import { NotFound } from '../../../platform/refusals.js';
import { type ForecastMail, Forecasts } from '../../../reminders/forecasts.service.js';
import { ownerNames } from '../../../reminders/owner.js';
import { findApplication } from '../applications/applications.query.js';
import { Filter } from '../contract/input.js';
import { lookers, Operation } from '../contract/operation.js';
import { ApiGuard } from '../kernel/guard.js';
import { reachOf } from '../kernel/reach.js';
import { send } from '../kernel/send.js';
import { ForecastAnswer, type ForecastMailAnswer, ForecastQuery } from './forecast.dto.js';

/** Every mail that will go out, and to whom (M11). */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/forecast')
export class ForecastController {
  constructor(
    private readonly forecasts: Forecasts,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  @Operation({
    tag: 'Forecast',
    summary: 'Which reminders will go out',
    about: 'About all secrets with `provisioning.read`, otherwise about the caller’s own.',
    scopes: lookers,
    answer: ForecastAnswer,
    absent: true,
  })
  @Get()
  async getForecast(
    @Filter(ForecastQuery) { days = 60, organisationId, applicationId }: ForecastQuery,
    @Req() request: FastifyRequest,
    @Res() reply: FastifyReply,
  ) {
    const { manager } = this.dataSource;
    const wanted = applicationId ?? reachOf(request.caller!) ?? undefined;
    // What the caller may not see is not there (R8).
    if (wanted && !(await findApplication(manager, request.caller!, wanted))) throw new NotFound();
    const scope = { organisationId, applicationId: wanted };
    const { mails, cut } = await this.forecasts.of(scope, this.clock.now(), days);
    return send(reply, { mails: mails.map(answerOf), cut } satisfies ForecastAnswer);
  }
}

function answerOf({ at, day, recipient, items }: ForecastMail): ForecastMailAnswer {
  return {
    at: at.toISOString(),
    day,
    recipient: recipient ? { name: recipient.name, address: recipient.address } : null,
    secrets: items.map(({ ending, milestone }) => ({
      id: ending.id,
      name: ending.name,
      ...ownerNames(ending.owner),
      clientId: ending.owner.clientId,
      milestone,
      expiresAt: ending.expiresAt.toISOString(),
    })),
  };
}
