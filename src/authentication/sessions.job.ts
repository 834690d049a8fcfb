import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Sessions } from './sessions.service.js';

/** Sweeps sessions that are over. Nothing depends on it: each session is judged at every request. */
@Injectable()
export class SessionsJob {
  constructor(private readonly sessions: Sessions) {}

  @Interval(15 * 60_000)
  async sweep(): Promise<void> {
    // A database that is away now is swept next time.
    await this.sessions.clear().catch(() => undefined);
  }
}
