import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import type { RefusalReason } from './secret-use.entity.js';

/** A refused call as it was noticed. */
export interface Refused {
  /** As the caller gave it; may be nobody's. */
  clientId: string;
  secretId?: string;
  reason?: RefusalReason;
  address: string;
  at: Date;
}

const flushEvery = 2_000;
const gatheredAtMost = 5_000;
const keptFor = 30 * 86_400_000;
const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;

/**
 * The true reasons of refused calls, for the owner of the application (T4). They are written behind
 * the answer, so that every refusal takes the caller the same time; a flood is cut, not stored.
 */
@Injectable()
export class Refusals implements OnModuleDestroy {
  private readonly log = new Logger('Refusals');
  private gathered: Refused[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  note(refused: Refused): void {
    if (this.gathered.length < gatheredAtMost) this.gathered.push(refused);
  }

  /** Writes what belongs to an application; a call for nobody's client ID has no owner to tell. */
  @Interval(flushEvery)
  async flush(): Promise<void> {
    const refused = this.gathered.filter(({ clientId }) => uuid.test(clientId));
    this.gathered = [];
    if (refused.length === 0) return;
    try {
      await this.dataSource.query(
        `insert into refused_calls (at, application_id, secret_id, reason, address)
         select n.at, a.id, s.id, n.reason, n.address
         from unnest($1::timestamptz[], $2::uuid[], $3::uuid[], $4::text[], $5::text[])
           with ordinality as n (at, client_id, secret_id, reason, address, place)
         join applications a on a.client_id = n.client_id
         left join secrets s on s.id = n.secret_id and s.application_id = a.id
         order by n.place`,
        [
          refused.map(({ at }) => at),
          refused.map(({ clientId }) => clientId),
          refused.map(({ secretId }) => secretId ?? null),
          refused.map(({ reason }) => reason ?? 'wrong_secret'),
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

  async onModuleDestroy(): Promise<void> {
    await this.flush();
  }
}
