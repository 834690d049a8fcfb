import { Controller, Get, Res } from '@nestjs/common';
import type { FastifyReply } from 'fastify';
import { Machine } from '../authentication/marks.js';
import { Watch } from '../reminders/watch.service.js';

/** Whether the reminders work, for a monitoring system (M12). It names nobody and nothing. */
@Machine()
@Controller('health')
export class HealthController {
  constructor(private readonly watch: Watch) {}

  @Get('reminders')
  async reminders(@Res() reply: FastifyReply) {
    const { lastComplete, troubles } = await this.watch.now();
    return reply
      .status(troubles.length > 0 ? 503 : 200)
      .header('cache-control', 'no-store')
      .send({
        status: troubles.length > 0 ? 'failing' : 'ok',
        last_complete_run: lastComplete?.toISOString() ?? null,
        problems: troubles.map(({ kind }) => kind),
      });
  }
}
