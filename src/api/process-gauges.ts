import type { Pool } from 'pg';
import { collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client';
import type { Looked } from '../platform/health/readiness.js';

/** What is of this process alone: it can be told also while the database is away. */
export class ProcessGauges {
  readonly registry = new Registry();
  private isCollecting = false;

  readonly requests = new Histogram({
    name: 'keyturn_http_request_duration_seconds',
    help: 'From the arrival of a request until its answer had left, by part of the service.',
    labelNames: ['area', 'status'],
    buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10],
    registers: [this.registry],
  });
  private readonly ready = this.gauge(
    'keyturn_ready',
    'Whether /health/ready says that requests may come here: 1 or 0.',
  );
  private readonly databaseUp = this.gauge(
    'keyturn_database_up',
    'Whether the database answered within two seconds: 1 or 0.',
  );
  private readonly answeredIn = this.gauge(
    'keyturn_database_answer_seconds',
    'How long the database took for a small question; NaN when it gave no answer.',
  );
  private readonly clockOffset = this.gauge(
    'keyturn_clock_offset_seconds',
    "How far this machine's clock is ahead of the database's; NaN when that gave no answer.",
  );
  private readonly migrations = this.gauge(
    'keyturn_migrations_missing',
    'Migrations that this version needs and the database lacks; NaN when that gave no answer.',
  );
  private readonly connections = this.gauge(
    'keyturn_database_connections',
    'Connections of the pool that are open and idle, and requests that wait for one.',
    'state',
  );

  text({ state, problems }: Looked, pool: Pool): Promise<string> {
    // From the first question on, since it watches the process.
    if (!this.isCollecting) collectDefaultMetrics({ register: this.registry });
    this.isCollecting = true;
    this.ready.set(problems.length > 0 ? 0 : 1);
    this.databaseUp.set(state ? 1 : 0);
    this.answeredIn.set(state?.answeredIn ?? NaN);
    this.clockOffset.set(state?.clockOffset ?? NaN);
    this.migrations.set(state?.missingMigrations ?? NaN);
    this.connections.set({ state: 'open' }, pool.totalCount);
    this.connections.set({ state: 'idle' }, pool.idleCount);
    this.connections.set({ state: 'waited_for' }, pool.waitingCount);
    return this.registry.metrics();
  }

  private gauge(name: string, help: string, ...labelNames: string[]): Gauge {
    return new Gauge({ name, help, labelNames, registers: [this.registry] });
  }
}
