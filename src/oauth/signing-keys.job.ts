import { Injectable, Logger, type OnApplicationBootstrap } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { SigningKeys } from './signing-keys.service.js';

/** Looks every minute for keys that another instance made, and makes the next one in good time. */
@Injectable()
export class SigningKeysJob implements OnApplicationBootstrap {
  private readonly log = new Logger('SigningKeys');

  constructor(private readonly signingKeys: SigningKeys) {}

  /** A start without a key that can sign is no start. */
  async onApplicationBootstrap(): Promise<void> {
    await this.signingKeys.current();
  }

  @Interval(60_000)
  async refresh(): Promise<void> {
    try {
      await this.signingKeys.refresh();
    } catch (error) {
      // The next minute tries again; after ten, requests do so themselves.
      this.log.warn(`The signing keys could not be read: ${(error as Error).name}`);
    }
  }
}
