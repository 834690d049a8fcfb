import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';
import type { Words } from '../language/speaking.js';
import { TooMany } from '../refusals.js';

/** How often something may be tried: `most` times within a window of `seconds`. */
export interface Limit {
  most: number;
  seconds: number;
}

/** Seconds. */
const longestWindow = 3600;

/**
 * Counts tries in the database, before they are judged, so that parallel requests, other instances
 * and a restart gain nothing. A window begins with the first try and ends `seconds` later.
 */
@Injectable()
export class Limits {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns how many tries there were in this window, with this one
   * @throws TooMany with the seconds until the window ends
   */
  async count(key: string, limit: Limit, text: Words): Promise<number> {
    if (limit.seconds > longestWindow) throw new Error(`${key}: swept before its window ends`);
    const now = this.clock.now();
    const windowStart = new Date(now.getTime() - limit.seconds * 1000);
    const [row] = await this.dataSource.query<{ count: number; started_at: Date }[]>(
      `insert into attempts as a (key, count, started_at) values ($1, 1, $2)
       on conflict (key) do update set
         count = case when a.started_at <= $3 then 1 else a.count + 1 end,
         started_at = case when a.started_at <= $3 then $2 else a.started_at end
       returning count, started_at`,
      [key, now, windowStart],
    );
    if (row!.count <= limit.most) return row!.count;
    const ends = row!.started_at.getTime() + limit.seconds * 1000;
    throw new TooMany(Math.max(1, Math.ceil((ends - now.getTime()) / 1000)), text);
  }

  /** Windows that are over: nothing of what people tried is kept longer. */
  @Interval(900_000)
  async forgetOld(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - longestWindow * 1000);
    // A database that is away now is swept next time.
    await this.dataSource
      .query(`delete from attempts where started_at <= $1`, [before])
      .catch(() => undefined);
  }

  /** Begins anew after a success. */
  async forget(key: string): Promise<void> {
    await this.dataSource.query(`delete from attempts where key = $1`, [key]);
  }
}
