import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { utcDay } from '../platform/utc-day.js';

interface Use {
  secretId: string;
  /** By UTC day. */
  counts: Map<string, number>;
  firstAt: Date;
  lastAt: Date;
  addresses: Map<string, Date>;
}

const flushEvery = 5_000;
/** A transaction of more secrets than this would run into the time limit of statements. */
const writtenAtOnce = 1_000;
const addressesAtMost = 50;
const keptFor = 30 * 86_400_000;

/**
 * When, how often and from where secrets are used (S12). Gathered in memory and written in batches,
 * never on a request's way; a killed process loses the last seconds at most.
 */
@Injectable()
export class SecretUses implements OnApplicationShutdown {
  private readonly log = new Logger('Uses');
  private gathered = new Map<string, Use>();
  private writing = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  note(secretId: string, address: string, at: Date): void {
    let use = this.gathered.get(secretId);
    if (!use) {
      use = { secretId, counts: new Map(), firstAt: at, lastAt: at, addresses: new Map() };
      this.gathered.set(secretId, use);
    }
    const day = utcDay(at);
    use.counts.set(day, (use.counts.get(day) ?? 0) + 1);
    use.lastAt = at;
    if (use.addresses.size < addressesAtMost || use.addresses.has(address)) {
      use.addresses.set(address, at);
    }
  }

  /** Writes what was gathered; what cannot be written now is kept for the next time. */
  @Interval(flushEvery)
  flush(): Promise<void> {
    this.writing = this.writing.then(() => this.write());
    return this.writing;
  }

  /** Addresses are forgotten after 30 days. */
  @Interval(3_600_000)
  async forgetOld(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - keptFor);
    await this.dataSource
      .query(`delete from secret_addresses where last_used_at < $1`, [before])
      .catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }

  /** In the order of their keys, so that two instances never wait for each other in a circle. */
  private async write(): Promise<void> {
    const uses = [...this.gathered.values()].sort((a, b) => (a.secretId < b.secretId ? -1 : 1));
    this.gathered = new Map();
    while (uses.length > 0) {
      try {
        const some = uses.slice(0, writtenAtOnce);
        await inTransaction(this.dataSource, (tx) => write(tx, some));
        uses.splice(0, some.length);
      } catch (error) {
        this.log.warn(`Uses are kept for the next time: ${(error as Error).name}`);
        for (const use of uses.splice(0)) this.putBack(use);
      }
    }
  }

  private putBack(use: Use): void {
    const newer = this.gathered.get(use.secretId);
    if (!newer) return void this.gathered.set(use.secretId, use);
    if (use.firstAt < newer.firstAt) newer.firstAt = use.firstAt;
    for (const [day, count] of use.counts) {
      newer.counts.set(day, (newer.counts.get(day) ?? 0) + count);
    }
    for (const [address, at] of use.addresses) {
      if (!newer.addresses.has(address)) newer.addresses.set(address, at);
    }
  }
}

async function write(tx: Tx, sorted: Use[]): Promise<void> {
  await tx.query(
    `update secrets s set first_used_at = least(s.first_used_at, s.last_used_at, u.first_at),
       last_used_at = greatest(s.last_used_at, u.last_at)
     from (select s.id, n.first_at, n.last_at
       from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as n (id, first_at, last_at)
       join secrets s on s.id = n.id order by s.id for update of s) u
     where s.id = u.id`,
    [
      sorted.map(({ secretId }) => secretId),
      sorted.map(({ firstAt }) => firstAt.toISOString()),
      sorted.map(({ lastAt }) => lastAt.toISOString()),
    ],
  );
  const counts = sorted.flatMap(({ secretId, counts }) =>
    [...counts].sort().map(([day, count]) => ({ secretId, day, count })),
  );
  await tx.query(
    `insert into secret_uses as u (secret_id, day, count)
     select * from unnest($1::uuid[], $2::date[], $3::bigint[])
     on conflict (secret_id, day) do update set count = u.count + excluded.count`,
    [
      counts.map(({ secretId }) => secretId),
      counts.map(({ day }) => day),
      counts.map(({ count }) => count),
    ],
  );
  const addresses = sorted.flatMap(({ secretId, addresses }) =>
    [...addresses].sort().map(([address, at]) => ({ secretId, address, at })),
  );
  await tx.query(
    `insert into secret_addresses as a (secret_id, address, last_used_at)
     select * from unnest($1::uuid[], $2::text[], $3::timestamptz[])
     on conflict (secret_id, address) do update
       set last_used_at = greatest(a.last_used_at, excluded.last_used_at)`,
    [
      addresses.map(({ secretId }) => secretId),
      addresses.map(({ address }) => address),
      addresses.map(({ at }) => at.toISOString()),
    ],
  );
}
