import { Controller, Get, Req, Res, UseGuards } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Machine } from '../../../authentication/marks.js';
import { clientCredentials } from '../../../oauth/client-credentials.js';
import { OAuth } from '../../../oauth/oauth.service.js';
import { Clock } from '../../../platform/clock.js';
import { utcDay } from '../../../platform/utc-day.js';
import { daysLeft, lastDay } from '../../../secrets/expiry.js';
import { Operation } from '../contract/operation.js';
import { ApiGuard } from '../kernel/guard.js';
import { send } from '../kernel/send.js';
import { SelfAnswer, SelfSecretAnswer } from './self.dto.js';

const tag = 'Yourself';

/** What a caller may learn about itself. */
@Machine()
@UseGuards(ApiGuard)
@Controller('api/v1/self')
export class SelfController {
  constructor(
    private readonly oauth: OAuth,
    private readonly clock: Clock,
  ) {}

  @Operation({ tag, summary: 'Who calls, and what it may', scopes: [], answer: SelfAnswer })
  @Get()
  getSelf(@Req() { caller }: FastifyRequest, @Res() reply: FastifyReply) {
    const answer: SelfAnswer = {
      applicationId: caller!.machine.applicationId,
      application: caller!.applicationName,
      clientId: caller!.clientId,
      organisationId: caller!.organisationId,
      secretId: caller!.machine.secretId,
      scopes: caller!.scopes,
    };
    return send(reply, answer);
  }

  @Operation({
    tag,
    summary: 'How long the own secret lives',
    about: 'For monitoring: asked with client ID and secret themselves, without a token.',
    scopes: 'basic',
    answer: SelfSecretAnswer,
  })
  @Get('secret')
  async getSelfSecret(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const credentials = clientCredentials(request.headers.authorization, new Map());
    const client = await this.oauth.authenticate(credentials, request.ip);
    const answer: SelfSecretAnswer = {
      client_id: client.clientId,
      ...(client.serverOf === null
        ? { application: client.applicationName }
        : { resource: client.serverOf }),
      secret: {
        name: client.secretName,
        hint: client.hint,
        created_at: client.createdAt.toISOString(),
        expires_at: client.expiresAt.toISOString(),
        last_day: lastDay(client.expiresAt),
        days_left: daysLeft(client.expiresAt, utcDay(this.clock.now())),
        replaced_by_newer: client.replacedByNewer,
      },
    };
    return send(reply, answer);
  }
}
