import { Injectable } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { CodeTokens } from './code-tokens.service.js';

/** Sweeps tokens that have ended. Nothing depends on it: each is judged when it is shown. */
@Injectable()
export class CodeTokensJob {
  constructor(private readonly tokens: CodeTokens) {}

  @Interval(3_600_000)
  async sweep(): Promise<void> {
    // A database that is away now is swept next time.
    await this.tokens.forgetEnded().catch(() => undefined);
  }
}
