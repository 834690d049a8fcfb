import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { mayWorkLater } from '../platform/database/unavailable.js';
import { utcDay } from '../platform/utc-day.js';

/** Of a secret on one UTC day. Kept small: there may be thousands within a few seconds. */
interface Use {
  secretId: string;
  day: string;
  count: number;
  firstAt: Date;
  lastAt: Date;
  /** The one that most have alone. Seconds within a batch are not told apart. */
  address: string;
  otherAddresses?: Set<string>;
}

/** After so many milliseconds at the latest a use is seen on the pages. */
export const usesSeenAfter = 5_000;
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
  private ofEarlierDays: Use[] = [];
  private writing = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** On the way of every request: most often a number that grows. */
  note(secretId: string, address: string, at: Date): void {
    const known = this.gathered.get(secretId);
    if (known && isMore(known, address, at)) {
      known.count += 1;
      known.lastAt = at;
    } else {
      this.gather({ secretId, day: utcDay(at), count: 1, firstAt: at, lastAt: at, address });
    }
  }

  /** Writes what was gathered; what cannot be written now is kept for the next time. */
  @Interval(usesSeenAfter)
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

  private async write(): Promise<void> {
    const uses = [...this.ofEarlierDays, ...this.gathered.values()].sort(byDayAndKey);
    this.gathered = new Map();
    this.ofEarlierDays = [];
    while (uses.length > 0) {
      try {
        const some = firstOfADay(uses);
        await this.writeSome(some);
        uses.splice(0, some.length);
      } catch (error) {
        this.log.warn(`Uses are kept for the next time: ${(error as Error).name}`);
        for (const use of uses.splice(0)) this.gather(use);
      }
    }
  }

  /** What can never be written is found by halves, so that it takes nothing else with it. */
  private async writeSome(uses: Use[]): Promise<void> {
    try {
      await inTransaction(this.dataSource, (tx) => write(tx, uses));
    } catch (error) {
      if (mayWorkLater(error)) throw error;
      if (uses.length === 1) {
        this.log.error(`A use cannot be written: ${(error as Error).name}`);
        return;
      }
      const half = Math.ceil(uses.length / 2);
      await this.writeSome(uses.slice(0, half));
      await this.writeSome(uses.slice(half));
    }
  }

  private gather(use: Use): void {
    const known = this.gathered.get(use.secretId);
    if (known?.day === use.day) return merge(known, use);
    if (known) this.ofEarlierDays.push(known);
    this.gathered.set(use.secretId, use);
  }
}

/** The same secret again, later on the same day, from the same address? */
function isMore(known: Use, address: string, at: Date): boolean {
  const sameDay = at.getTime() - (at.getTime() % 86_400_000) <= known.lastAt.getTime();
  return sameDay && at >= known.lastAt && address === known.address;
}

function merge(known: Use, { count, firstAt, lastAt, address, otherAddresses }: Use): void {
  known.count += count;
  if (firstAt < known.firstAt) known.firstAt = firstAt;
  if (lastAt > known.lastAt) known.lastAt = lastAt;
  if (address === known.address && !otherAddresses) return;
  const others = (known.otherAddresses ??= new Set());
  for (const each of [address, ...(otherAddresses ?? [])]) {
    if (each !== known.address && others.size < addressesAtMost - 1) others.add(each);
  }
}

/** In the order of their keys, so that two instances never wait for each other in a circle. */
function byDayAndKey(a: Use, b: Use): number {
  if (a.day !== b.day) return a.day < b.day ? -1 : 1;
  return a.secretId < b.secretId ? -1 : 1;
}

/** Each secret once, which is what the statements ask for. */
function firstOfADay(uses: Use[]): Use[] {
  const next = uses.findIndex(({ day }) => day !== uses[0]!.day);
  return uses.slice(0, Math.min(next < 0 ? uses.length : next, writtenAtOnce));
}

async function write(tx: Tx, uses: Use[]): Promise<void> {
  const ids = uses.map(({ secretId }) => secretId);
  await tx.query(
    `update secrets s set first_used_at = least(s.first_used_at, s.last_used_at, u.first_at),
       last_used_at = greatest(s.last_used_at, u.last_at)
     from (select s.id, n.first_at, n.last_at
       from unnest($1::uuid[], $2::timestamptz[], $3::timestamptz[]) as n (id, first_at, last_at)
       join secrets s on s.id = n.id order by s.id for update of s) u
     where s.id = u.id`,
    [
      ids,
      uses.map(({ firstAt }) => firstAt.toISOString()),
      uses.map(({ lastAt }) => lastAt.toISOString()),
    ],
  );
  await tx.query(
    `insert into secret_uses as u (secret_id, day, count)
     select * from unnest($1::uuid[], $2::date[], $3::bigint[])
     on conflict (secret_id, day) do update set count = u.count + excluded.count`,
    [ids, uses.map(({ day }) => day), uses.map(({ count }) => count)],
  );
  const seen = uses.flatMap(({ secretId, address, otherAddresses, lastAt }) =>
    [address, ...(otherAddresses ?? [])].sort().map((each) => [secretId, each, lastAt] as const),
  );
  await tx.query(
    `insert into secret_addresses as a (secret_id, address, last_used_at)
     select * from unnest($1::uuid[], $2::text[], $3::timestamptz[])
     on conflict (secret_id, address) do update
       set last_used_at = greatest(a.last_used_at, excluded.last_used_at)`,
    [
      seen.map(([id]) => id),
      seen.map(([, address]) => address),
      seen.map(([, , at]) => at.toISOString()),
    ],
  );
}
