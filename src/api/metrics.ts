import { Injectable, type OnApplicationBootstrap } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { Server } from 'node:http';
import type { Pool } from 'pg';
import { DataSource } from 'typeorm';
import { Config } from '../platform/config/config.js';
import type { Looked } from '../platform/health/readiness.js';
import { FactGauges, type Facts } from './fact-gauges.js';
import { ProcessGauges } from './process-gauges.js';
import { watchAnswers } from './request-times.js';

/** In the text form of Prometheus. */
@Injectable()
export class Metrics implements OnApplicationBootstrap {
  private readonly ofProcess = new ProcessGauges();
  private readonly ofDatabase = new FactGauges();

  constructor(
    private readonly dataSource: DataSource,
    private readonly adapter: HttpAdapterHost,
    private readonly config: Config,
  ) {}

  get contentType(): string {
    return this.ofProcess.registry.contentType;
  }

  onApplicationBootstrap(): void {
    if (this.config.METRICS_TOKEN === undefined) return;
    const server = this.adapter.httpAdapter.getHttpServer() as Server;
    watchAnswers(server, (area, status, seconds) =>
      this.ofProcess.requests.observe({ area, status }, seconds),
    );
  }

  /** @param facts absent while the database is away */
  async text(looked: Looked, facts: Facts | undefined, now: Date): Promise<string> {
    const { master } = this.dataSource.driver as unknown as { master: Pool };
    const own = await this.ofProcess.text(looked, master);
    return facts ? own + (await this.ofDatabase.text(facts, now)) : own;
  }
}
