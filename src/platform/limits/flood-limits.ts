import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Clock } from '../clock.js';

/** Something that may happen `most` times a minute. */
export interface Counted {
  key: string;
  most: number;
}

interface Try {
  counted: Counted[];
  tell: (secondsToWait: number) => void;
  fail: (error: unknown) => void;
}

interface Window {
  key: string;
  count: number;
  endsAt: number;
}

const minute = 60_000;
const togetherAtMost = 1_000;
const remembered = 10_000;
const prefix = 'flood ';

/**
 * Counts what may come in floods, in the database, so that all instances count together and a restart
 * forgets nothing. At most one connection counts at a time: tries that come meanwhile are counted
 * together by the next statement, and nothing is written for a key that is known to be over its limit.
 */
@Injectable()
export class FloodLimits {
  private waiting: Try[] = [];
  private counting = false;
  /** Keys over their limit, and until when. */
  private readonly closed = new Map<string, number>();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
  ) {}

  /** @returns 0 within the limits, otherwise the seconds until a try counts anew */
  count(counted: Counted[]): Promise<number> {
    const ends = Math.max(...counted.map(({ key }) => this.closed.get(key) ?? 0));
    const now = this.clock.now().getTime();
    if (ends > now) return Promise.resolve(secondsTo(ends, now));
    return new Promise((tell, fail) => {
      this.waiting.push({ counted, tell, fail });
      void this.countAll();
    });
  }

  /** Windows that are over. */
  @Interval(10 * minute)
  async forgetOld(): Promise<void> {
    const before = new Date(this.clock.now().getTime() - minute);
    await this.dataSource
      .query(`delete from attempts where starts_with(key, $1) and started_at <= $2`, [
        prefix,
        before,
      ])
      .catch(() => undefined);
  }

  private async countAll(): Promise<void> {
    if (this.counting) return;
    this.counting = true;
    while (this.waiting.length > 0) {
      const tries = this.waiting.splice(0, togetherAtMost);
      try {
        this.judge(tries, await this.write(tries));
      } catch (error) {
        for (const { fail } of tries) fail(error);
      }
    }
    this.counting = false;
  }

  /** One statement; keys in their order, so that two instances never wait in a circle. */
  private async write(tries: Try[]): Promise<Map<string, Window>> {
    const numbers = new Map<string, number>();
    for (const { key } of tries.flatMap(({ counted }) => counted)) {
      numbers.set(key, (numbers.get(key) ?? 0) + 1);
    }
    const keys = [...numbers.keys()].sort();
    const now = this.clock.now();
    const rows = await this.dataSource.query<{ key: string; count: number; started_at: Date }[]>(
      `insert into attempts as a (key, count, started_at)
       select $1 || key, number, $4 from unnest($2::text[], $3::int[]) as n (key, number)
       on conflict (key) do update set
         count = case when a.started_at <= $5 then 0 else a.count end + excluded.count,
         started_at = case when a.started_at <= $5 then $4 else a.started_at end
       returning substr(key, length($1) + 1) as key, count, started_at`,
      [prefix, keys, keys.map((key) => numbers.get(key)), now, new Date(now.getTime() - minute)],
    );
    return new Map(
      rows.map(({ key, count, started_at }) => {
        // The count before these tries; each of them now gets its own number.
        const before = count - numbers.get(key)!;
        return [key, { key, count: before, endsAt: started_at.getTime() + minute }];
      }),
    );
  }

  private judge(tries: Try[], windows: Map<string, Window>): void {
    const now = this.clock.now().getTime();
    for (const { counted, tell } of tries) {
      let ends = 0;
      for (const { key, most } of counted) {
        const window = windows.get(key)!;
        window.count += 1;
        if (window.count <= most) continue;
        ends = Math.max(ends, window.endsAt);
        this.close(window);
      }
      tell(ends === 0 ? 0 : secondsTo(ends, now));
    }
  }

  private close({ key, endsAt }: Window): void {
    // What is forgotten here is counted in the database again.
    if (this.closed.size >= remembered) this.closed.clear();
    this.closed.set(key, endsAt);
  }
}

function secondsTo(end: number, now: number): number {
  return Math.max(1, Math.ceil((end - now) / 1000));
}
