import { Controller, Get, NotFoundException, Req, Res } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { createHash, timingSafeEqual } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Machine } from '../authentication/marks.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { unavailable } from '../platform/database/unavailable.js';
import { Readiness } from '../platform/health/readiness.js';
import { Watch } from '../reminders/watch.service.js';
import type { Facts } from './fact-gauges.js';
import { Metrics } from './metrics.js';
import { findMetrics } from './metrics.query.js';

/** For Prometheus, where METRICS_TOKEN is set; otherwise it does not exist. */
@Machine()
@Controller('metrics')
export class MetricsController {
  constructor(
    private readonly metrics: Metrics,
    private readonly readiness: Readiness,
    private readonly watch: Watch,
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  @Get()
  async show(@Req() request: FastifyRequest, @Res() reply: FastifyReply) {
    const { METRICS_TOKEN: token } = this.config;
    if (token === undefined) throw new NotFoundException();
    void reply.header('cache-control', 'no-store');
    const given = /^Bearer (\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (given === undefined || !same(given, token)) {
      return reply.status(401).header('www-authenticate', 'Bearer realm="Keyturn metrics"').send({
        error: 'invalid_token',
        error_description: 'send METRICS_TOKEN as a bearer token',
      });
    }
    const looked = await this.readiness.look();
    const now = this.clock.now();
    const text = await this.metrics.text(looked, looked.state && (await this.facts(now)), now);
    return reply.type(this.metrics.contentType).send(text);
  }

  private async facts(now: Date): Promise<Facts | undefined> {
    try {
      return { watched: await this.watch.now(), row: await findMetrics(this.dataSource, now) };
    } catch (error) {
      // Gone since it was asked: the process itself can still be told about.
      if (unavailable(error)) return undefined;
      throw error;
    }
  }
}

/** Takes as long for any two texts. */
function same(one: string, other: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(one), digest(other));
}
