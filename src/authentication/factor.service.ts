import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import type { Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { Limits } from '../platform/limits/limits.js';
import { Invalid } from '../platform/refusals.js';
import { RecoveryCode, TotpFactor } from './authentication.entity.js';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-code.js';
import { totpStep } from './totp.js';

const codeLimit = { most: 5, seconds: 15 * 60 };
const tooMany =
  'Too many codes were tried. Please wait a quarter of an hour, then use a fresh code.';

/** Judges second factors. A code counts once, also under parallel requests (R1). */
@Injectable()
export class Factors {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly keys: Keys,
    private readonly limits: Limits,
  ) {}

  async has(userId: string): Promise<boolean> {
    return this.dataSource.getRepository(TotpFactor).existsBy({ userId });
  }

  /**
   * Counts a try for this user, whichever session or instance it comes from. To be called before a
   * code is judged.
   * @throws TooMany
   */
  async countTry(userId: string): Promise<void> {
    await this.limits.count(`code ${userId}`, codeLimit, tooMany);
  }

  async forgetTries(userId: string): Promise<void> {
    await this.limits.forget(`code ${userId}`);
  }

  /** @throws Invalid for `field` when the code is wrong or was used before */
  async useCode(tx: Tx, userId: string, code: string, field: string): Promise<void> {
    const factor = await tx.findOneByOrFail(TotpFactor, { userId });
    const key = this.keys.open(`totp_factors ${userId}`, factor.sealedKey);
    const step = totpStep(key, code, this.clock.now());
    if (step === undefined) throw new Invalid({ [field]: wrongCode(code) });
    // One conditional statement: of parallel requests with the same code exactly one gets through.
    const used = await tx.query<[unknown, number]>(
      `update totp_factors set last_step = $2 where user_id = $1 and last_step < $2`,
      [userId, step],
    );
    if (used[1] !== 1) {
      throw new Invalid({
        [field]: 'This code was used already. Wait for the next one in your app and type that.',
      });
    }
  }

  /** @throws Invalid when the recovery code is not one of the user's unused ones */
  async useRecoveryCode(tx: Tx, userId: string, code: string): Promise<void> {
    const digests = this.keys.digests('recovery code', normaliseRecoveryCode(code));
    const used = await tx.query<[unknown, number]>(
      `update recovery_codes set used_at = $3
       where user_id = $1 and digest = any($2) and used_at is null`,
      [userId, digests, this.clock.now()],
    );
    if (used[1] !== 1) {
      throw new Invalid({
        recoveryCode: 'This is not one of your unused recovery codes. Each one works once.',
      });
    }
  }

  /**
   * Ten new recovery codes; the earlier ones are void. The user's row is locked: of parallel renewals
   * the codes of the last one count.
   */
  async replaceRecoveryCodes(tx: Tx, userId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    await tx.query(`select 1 from users where id = $1 for update`, [userId]);
    await tx.delete(RecoveryCode, { userId });
    await tx.insert(
      RecoveryCode,
      codes.map((code) => ({
        id: randomUUID(),
        userId,
        digest: this.keys.digest('recovery code', normaliseRecoveryCode(code)).digest,
        createdAt: this.clock.now(),
      })),
    );
    return codes;
  }

  /** How many recovery codes are left. */
  async recoveryCodesLeft(userId: string): Promise<number> {
    return this.dataSource
      .getRepository(RecoveryCode)
      .createQueryBuilder('code')
      .where('code.user_id = :userId and code.used_at is null', { userId })
      .getCount();
  }
}

function wrongCode(code: string): string {
  return /^\s*(\d\s*){6}$/.test(code)
    ? 'This code is not right. Type the one your app shows now; if that fails, check the clock of your phone.'
    : 'A code has six digits. Type the one your app shows now.';
}
