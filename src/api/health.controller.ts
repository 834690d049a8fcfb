import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Machine } from '../authentication/marks.js';
import { Readiness } from '../platform/health/readiness.js';
import { Watch } from '../reminders/watch.service.js';

/** For a monitoring system, a proxy or an orchestrator. It names nobody and nothing. */
@Machine()
@Controller('health')
export class HealthController {
  constructor(
    private readonly watch: Watch,
    private readonly readiness: Readiness,
  ) {}

  /** The process answers. Nothing else is asked, so that a database that is away restarts nobody. */
  @Get('live')
  live(@Res() reply: FastifyReply) {
    return send(reply, { status: 'ok' }, []);
  }

  /** Requests may come here. */
  @Get('ready')
  async ready(@Res() reply: FastifyReply) {
    const { problems } = await this.readiness.look();
    return send(reply, { status: problems.length > 0 ? 'not_ready' : 'ok', problems }, problems);
  }

  /** The reminders work (M12). */
  @Get('reminders')
  async reminders(@Res() reply: FastifyReply) {
    const { lastComplete, troubles } = await this.watch.now();
    const answer = {
      status: troubles.length > 0 ? 'failing' : 'ok',
      last_complete_run: lastComplete?.toISOString() ?? null,
      problems: troubles.map(({ kind }) => kind),
    };
    return send(reply, answer, troubles);
  }
}

function send(reply: FastifyReply, answer: object, problems: readonly unknown[]): FastifyReply {
  return reply
    .status(problems.length > 0 ? 503 : 200)
    .header('cache-control', 'no-store')
    .send(answer);
}
