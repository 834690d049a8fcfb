import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import type { DomainEnvironment } from '../domains/domain.entity.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { mayWorkLater } from '../platform/database/unavailable.js';
import { utcDay } from '../platform/utc-day.js';

/** A call that was let in. */
export interface Call {
  applicationId: string;
  domain: { id: string; environment: DomainEnvironment };
  /** A name of ours, never what the caller typed. */
  route: string;
  at: Date;
}

interface Counted {
  applicationId: string;
  domainId: string;
  environment: DomainEnvironment;
  route: string;
  day: string;
  count: number;
}

/** After so many milliseconds at the latest a call is seen on the pages. */
export const callsSeenAfter = 5_000;
const writtenAtOnce = 1_000;

/**
 * Counts calls by header authentication. Gathered in memory and written in batches, never on a
 * request's way; a killed process loses the last seconds at most.
 */
@Injectable()
export class Usage implements OnApplicationShutdown {
  private readonly log = new Logger('Usage');
  private gathered = new Map<string, Counted>();
  private writing = Promise.resolve();

  constructor(private readonly dataSource: DataSource) {}

  /** On the way of every call: most often a number that grows. */
  note({ applicationId, domain, route, at }: Call): void {
    const day = utcDay(at);
    const key = `${day} ${domain.id} ${domain.environment} ${route}`;
    const known = this.gathered.get(key);
    if (known) known.count += 1;
    else {
      const { id: domainId, environment } = domain;
      this.gathered.set(key, { applicationId, domainId, environment, route, day, count: 1 });
    }
  }

  /** Writes what was gathered; what cannot be written now is kept for the next time. */
  @Interval(callsSeenAfter)
  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  private async write(): Promise<void> {
    const all = [...this.gathered].sort(([one], [other]) => (one < other ? -1 : 1));
    this.gathered = new Map();
    while (all.length > 0) {
      const some = all.slice(0, writtenAtOnce);
      try {
        await inTransaction(this.dataSource, (tx) => write(tx, some));
        all.splice(0, some.length);
      } catch (error) {
        if (!mayWorkLater(error)) {
          this.log.error(`${some.length} counts cannot be written: ${(error as Error).name}`);
          all.splice(0, some.length);
          continue;
        }
        this.log.warn(`Counts are kept for the next time: ${(error as Error).name}`);
        for (const [key, each] of all.splice(0)) this.keep(key, each);
      }
    }
  }

  private keep(key: string, counted: Counted): void {
    const known = this.gathered.get(key);
    if (known) known.count += counted.count;
    else this.gathered.set(key, counted);
  }
}

/** In the order of their keys, so that two instances never wait for each other in a circle. */
async function write(tx: Tx, counted: [string, Counted][]): Promise<void> {
  const column = <Name extends keyof Counted>(name: Name) => counted.map(([, each]) => each[name]);
  await tx.query(
    `insert into usage_counts as u (application_id, domain_id, environment, route, day, count)
     select * from unnest($1::uuid[], $2::uuid[], $3::text[], $4::text[], $5::date[], $6::bigint[])
     on conflict (application_id, day, domain_id, environment, route)
     do update set count = u.count + excluded.count`,
    [
      column('applicationId'),
      column('domainId'),
      column('environment'),
      column('route'),
      column('day'),
      column('count'),
    ],
  );
}
