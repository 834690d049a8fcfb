import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { type Counted, FloodLimits } from '../platform/limits/flood-limits.js';
import { networkOf } from '../platform/limits/network-of.js';
import { TooMany } from '../platform/refusals.js';
import type { RefusalReason } from './secret-use.entity.js';

/** A refused call as it was noticed. */
export interface Refused {
  /** As the caller gave it; may be nobody's. */
  clientId: string;
  secretId?: string;
  reason: RefusalReason;
  address: string;
  at: Date;
}

/** After so many milliseconds at the latest a refused call is seen on the pages. */
export const refusalsSeenAfter = 2_000;
const gatheredAtMost = 5_000;
const keptFor = 30 * 86_400_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * Takes refused calls: counts them against floods, and keeps their true reasons for the owner of the application (T4). They are written behind
 * the answer, so that every refusal takes the caller the same time.
 */
@Injectable()
export class Refusals implements OnApplicationShutdown {
  private readonly log = new Logger('Refusals');
  private gathered: Refused[] = [];
  /** What was noted since the last writing. */
  private readonly told = new Set<string>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly floods: FloodLimits,
    private readonly config: Config,
  ) {}

  /**
   * Counts the call before it is answered, on all instances together. A right secret
   * never comes here.
   * @throws TooMany for a flood, whatever the reason of this call is (T4)
   */
  async take(refused: Refused): Promise<void> {
    const seconds = await this.floods.count(this.countedFor(refused));
    // A flood of guesses is not stored; whoever shows a secret that was good once is no flood.
    const worthTelling = seconds === 0 || refused.reason !== 'wrong_secret';
    if (worthTelling && this.gathered.length < gatheredAtMost) this.gathered.push(refused);
    if (seconds > 0) throw new TooMany(seconds, 'too many refused calls; wait', 'slow_down');
  }

  /**
   * For the owner alone, of a call with a good secret, which is no flood. What comes again and again from
   * the same address is told once in a while.
   */
  note(refused: Refused): void {
    const { clientId, secretId, reason, address } = refused;
    const key = `${clientId} ${secretId} ${reason} ${address}`;
    if (this.told.has(key) || this.gathered.length >= gatheredAtMost) return;
    this.told.add(key);
    this.gathered.push(refused);
  }

  /** What is no client ID has no owner to protect, and would only fill the table. */
  private countedFor({ clientId, address }: Refused): Counted[] {
    const { REFUSED_PER_CLIENT, REFUSED_PER_ADDRESS } = this.config;
    const counted = [{ key: `address ${networkOf(address)}`, most: REFUSED_PER_ADDRESS }];
    if (uuid.test(clientId)) {
      counted.push({ key: `client ${clientId.toLowerCase()}`, most: REFUSED_PER_CLIENT });
    }
    return counted;
  }

  /** Writes what has an owner: of an application its people, of a resource server IT. */
  @Interval(refusalsSeenAfter)
  async flush(): Promise<void> {
    const refused = this.gathered.filter(({ clientId }) => uuid.test(clientId));
    this.gathered = [];
    this.told.clear();
    if (refused.length === 0) return;
    try {
      await this.dataSource.query(
        `insert into refused_calls (at, application_id, resource_id, secret_id, reason, address)
         select n.at, a.id, r.id, s.id, n.reason, n.address
         from unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
           with ordinality as n (at, client_id, secret_id, reason, address, place)
         left join applications a on a.client_id = n.client_id
         left join resources r on r.id = n.client_id
         left join secrets s on s.id = n.secret_id and (s.application_id = a.id or s.resource_id = r.id)
         where num_nonnulls(a.id, r.id) = 1
         order by n.place`,
        [
          refused.map(({ at }) => at),
          refused.map(({ clientId }) => clientId),
          refused.map(({ secretId }) => secretId ?? null),
          refused.map(({ reason }) => reason),
          refused.map(({ address }) => address),
        ],
      );
    } catch (error) {
      this.log.warn(`${refused.length} refused calls were not written: ${(error as Error).name}`);
    }
  }

  @Interval(3_600_000)
  async forgetOld(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - keptFor);
    await this.dataSource
      .query(`delete from refused_calls where at < $1`, [before])
      .catch(() => undefined);
  }

  async onApplicationShutdown(): Promise<void> {
    await this.flush();
  }
}
