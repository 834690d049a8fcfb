import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { Interval } from '@nestjs/schedule';
import { DataSource } from 'typeorm';
import { Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { inTransaction } from '../platform/database/tx.js';
import type { User } from '../users/user.entity.js';

interface Refused {
  user: Pick<User, 'id' | 'email' | 'organisationId'>;
  address: string;
  at: Date;
}

const flushEvery = 2_000;
const gatheredAtMost = 5_000;

/**
 * Audits wrong passwords for known accounts. They are written behind the answer, so that it takes as
 * long as for an account that does not exist.
 */
@Injectable()
export class RefusedSignIns implements OnModuleDestroy {
  private readonly log = new Logger('RefusedSignIns');
  private gathered: Refused[] = [];

  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly clock: Clock,
  ) {}

  take(user: Refused['user'], address: string): void {
    if (this.gathered.length >= gatheredAtMost) return;
    this.gathered.push({ user, address, at: this.clock.now() });
  }

  @Interval(flushEvery)
  async flush(): Promise<void> {
    const refused = this.gathered;
    if (refused.length === 0) return;
    this.gathered = [];
    try {
      await inTransaction(this.dataSource, async (tx) => {
        for (const { user, address, at } of refused) {
          const someone = { id: null, name: 'Someone not signed in', address };
          await this.audit.record(tx, someone, {
            at,
            action: 'session.sign_in',
            subject: { kind: 'user', id: user.id, name: user.email },
            organisationId: user.organisationId,
            outcome: 'refused',
            detail: { reason: 'wrong password' },
          });
        }
      });
    } catch (error) {
      // A database that is away now gets them the next time.
      this.gathered = [...refused, ...this.gathered].slice(0, gatheredAtMost);
      this.log.warn(`${refused.length} refused sign-ins wait: ${(error as Error).name}`);
    }
  }

  async onModuleDestroy(): Promise<void> {
    await this.flush();
  }
}
