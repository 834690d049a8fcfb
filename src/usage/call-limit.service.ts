import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';

/** What is left to an application in this minute. */
export interface Room {
  most: number;
  left: number;
  /** Seconds to the end of the minute, 1 at least. */
  ends: number;
  /** This call is one too many. */
  full: boolean;
}

interface Window {
  /** When this minute began, in milliseconds since 1970. */
  start: number;
  /** Calls of all instances, as far as this one knows. */
  count: number;
  /** Calls here that the others cannot know of yet. */
  unwritten: number;
}

const minute = 60_000;
const prefix = 'calls ';

/**
 * How often an application may call in a minute, over all instances. Judged by this instance's own
 * count and what the others have written by then, so that no call waits for a statement; up to a
 * second of the others' calls can go over the limit (docs/adr/0170).
 */
@Injectable()
export class CallLimit implements OnApplicationShutdown {
  private readonly windows = new Map<string, Window>();
  private writing = Promise.resolve();

  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** Counts a call, also one that is then refused. */
  take(applicationId: string): Room {
    const now = this.clock.now().getTime();
    const start = now - (now % minute);
    const window = this.windowOf(applicationId, start);
    window.count += 1;
    window.unwritten += 1;
    const most = this.config.HEADER_CALLS_PER_MINUTE;
    return {
      most,
      left: Math.max(0, most - window.count),
      ends: Math.max(1, Math.ceil((start + minute - now) / 1000)),
      full: window.count > most,
    };
  }

  /** Tells the others, and learns from them. Where it fails each instance judges by its own count. */
  @Interval(1_000)
  share(): Promise<void> {
    this.writing = this.writing.then(() => this.write()).catch(() => undefined);
    return this.writing;
  }

  async onApplicationShutdown(): Promise<void> {
    await this.share();
  }

  private windowOf(applicationId: string, start: number): Window {
    const known = this.windows.get(applicationId);
    if (known?.start === start) return known;
    const window = { start, count: 0, unwritten: 0 };
    this.windows.set(applicationId, window);
    return window;
  }

  private async write(): Promise<void> {
    const now = this.clock.now().getTime();
    const start = now - (now % minute);
    for (const [id, window] of this.windows) if (window.start < start) this.windows.delete(id);
    const told = [...this.windows].filter(([, { unwritten }]) => unwritten > 0).sort(byId);
    if (told.length === 0) return;
    const numbers = told.map(([, { unwritten }]) => unwritten);
    const rows = await this.dataSource.query<{ id: string; count: number }[]>(
      `insert into attempts as a (key, count, started_at)
       select $1 || id, number, $4 from unnest($2::text[], $3::int[]) as n (id, number)
       on conflict (key) do update set
         count = case when a.started_at < $4 then 0 else a.count end + excluded.count,
         started_at = greatest(a.started_at, $4)
       returning substr(key, length($1) + 1) as id, count`,
      [prefix, told.map(([id]) => id), numbers, new Date(start)],
    );
    told.forEach(([, window], at) => (window.unwritten -= numbers[at]!));
    for (const { id, count } of rows) {
      const window = this.windows.get(id);
      if (window?.start === start) window.count = count + window.unwritten;
    }
  }
}

/** So that two instances never wait for each other in a circle. */
function byId([one]: [string, Window], [other]: [string, Window]): number {
  return one < other ? -1 : 1;
}
