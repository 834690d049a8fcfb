import { Injectable } from '@nestjs/common';
import { setTimeout } from 'node:timers/promises';

/** How often a run tries a mail that could not be handed over for the moment, and how it waits. */
@Injectable()
export class Retries {
  /** Milliseconds before the second pass and before the third. */
  readonly pauses: readonly number[] = [2_000, 8_000];

  /** @throws AbortError when the service is being stopped */
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    await setTimeout(milliseconds, undefined, { signal });
  }
}
