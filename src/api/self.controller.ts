import { Controller, Get, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Machine } from '../authentication/marks.js';
import { clientCredentials } from '../oauth/client-credentials.js';
import { OAuth } from '../oauth/oauth.service.js';
import { Clock } from '../platform/clock.js';
import { utcDay } from '../platform/utc-day.js';
import { daysLeft, lastDay } from '../secrets/expiry.js';

/** What a client may learn about its own secret, for its monitoring (T6). */
@Machine()
@Controller('api/v1/self')
export class SelfController {
  constructor(
    private readonly oauth: OAuth,
    private readonly clock: Clock,
  ) {}

  @Get('secret')
  async secret(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const credentials = clientCredentials(request.headers.authorization, new Map());
    const client = await this.oauth.authenticate(credentials, request.ip);
    return reply.header('cache-control', 'no-store').send({
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
    });
  }
}
