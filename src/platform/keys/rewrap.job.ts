import { Injectable, Logger } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { Rewrapping } from './rewrap.service.js';

/** Seals what older keys have sealed anew, some minutes after a start with a new current key. */
@Injectable()
export class RewrapJob {
  private readonly log = new Logger('Keys');

  constructor(private readonly rewrapping: Rewrapping) {}

  @Interval(300_000)
  async run(): Promise<void> {
    try {
      const done = await this.rewrapping.run();
      if (done > 0) this.log.log(`${done} rows are sealed under the current key`);
    } catch (error) {
      this.log.warn(`Sealing anew goes on the next time: ${(error as Error).name}`);
    }
  }
}
