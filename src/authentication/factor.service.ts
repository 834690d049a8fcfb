import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource } from 'typeorm';
import { Clock } from '../platform/clock.js';
import type { Tx } from '../platform/database/tx.js';
import { Journal, NoJournal } from '../platform/journal/journal.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { Limits } from '../platform/limits/limits.js';
import { Conflict, FactorOff, Invalid, SignInNeeded } from '../platform/refusals.js';
import { RecoveryCode, TotpFactor } from './authentication.entity.js';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-code.js';
import { totpStep } from './totp.js';

/** Codes in a quarter of an hour. */
export const codesInWindow = 5;
/** Codes in total without a right one; then the factor is off until IT resets it (NIST SP 800-63B, 5.2.2). */
export const codesInTotal = 100;

const codeLimit = { most: codesInWindow, seconds: 15 * 60 };
const tooMany = () =>
  t`Too many codes were tried. Please wait a quarter of an hour, then use a fresh code.`;

/** Judges second factors. A code counts once, also under parallel requests (R1). */
@Injectable()
export class Factors {
  constructor(
    private readonly dataSource: DataSource,
    private readonly clock: Clock,
    private readonly keys: Keys,
    private readonly limits: Limits,
    private readonly journal: Journal = new NoJournal(),
  ) {}

  async has(userId: string): Promise<boolean> {
    return this.dataSource.getRepository(TotpFactor).existsBy({ userId });
  }

  /**
   * Counts a try for this user, whichever session or instance it comes from. To be called before a
   * code is judged.
   * @returns how many there were in this quarter of an hour
   * @throws TooMany
   */
  countTry(userId: string): Promise<number> {
    return this.limits.count(`code ${userId}`, codeLimit, tooMany);
  }

  /**
   * The same for a code of the factor in use or of its recovery codes: these are counted in total, too.
   * @throws TooMany, FactorOff
   */
  async countGuess(userId: string): Promise<{ inWindow: number; inTotal: number }> {
    const inWindow = await this.countTry(userId);
    const [rows] = await this.dataSource.query<[{ failed_codes: number }[], number]>(
      `update totp_factors set failed_codes = failed_codes + 1
       where user_id = $1 and failed_codes < $2 returning failed_codes`,
      [userId, codesInTotal],
    );
    if (!rows[0]) throw new FactorOff();
    return { inWindow, inTotal: rows[0].failed_codes };
  }

  async forgetTries(userId: string): Promise<void> {
    await this.limits.forget(`code ${userId}`);
  }

  /** @throws Invalid for `field` when the code is wrong or was used before */
  async useCode(tx: Tx, userId: string, code: string, field: string): Promise<void> {
    const factor = await tx.findOneBy(TotpFactor, { userId });
    // Reset a moment ago.
    if (!factor) throw new SignInNeeded('/sign-in');
    if (!this.keys.hasKeyOf(factor.sealedKey)) {
      throw new Conflict(
        () =>
          t`Your authenticator app cannot be checked any more. Ask support to reset it; your password stays.`,
      );
    }
    const key = this.keys.open(`totp_factors ${userId}`, factor.sealedKey);
    const step = totpStep(key, code, this.clock.now());
    if (step === undefined) throw new Invalid({ [field]: () => wrongCode(code) });
    // One conditional statement: of parallel requests with the same code exactly one gets through.
    const used = await tx.query<[unknown, number]>(
      `update totp_factors set last_step = $2, failed_codes = 0
       where user_id = $1 and last_step < $2`,
      [userId, step],
    );
    if (used[1] !== 1) {
      throw new Invalid({
        [field]: () =>
          t`This code was used already. Wait for the next one in your app and type that.`,
      });
    }
  }

  /** @throws Invalid for `field` when the recovery code is not one of the user's unused ones */
  async useRecoveryCode(
    tx: Tx,
    userId: string,
    code: string,
    field = 'recoveryCode',
  ): Promise<void> {
    const digests = this.keys.digests('recovery code', normaliseRecoveryCode(code));
    const at = this.clock.now();
    const [[used]] = await tx.query<[{ id: string }[], number]>(
      `update recovery_codes set used_at = $3
       where user_id = $1 and digest = any($2) and used_at is null returning id`,
      [userId, digests, at],
    );
    if (!used) {
      throw new Invalid({
        [field]: () => t`This is not one of your unused recovery codes. Each one works once.`,
      });
    }
    await this.journal.note([{ at, fact: 'recovery_code.use', id: used.id }]);
    await tx.update(TotpFactor, { userId }, { failedCodes: 0 });
  }

  /**
   * Ten new recovery codes; the earlier ones are void. The user's row is locked: of parallel renewals
   * the codes of the last one count.
   */
  async replaceRecoveryCodes(tx: Tx, userId: string): Promise<string[]> {
    const codes = newRecoveryCodes();
    await tx.query(`select 1 from users where id = $1 for no key update`, [userId]);
    await tx.delete(RecoveryCode, { userId });
    await tx.insert(
      RecoveryCode,
      codes.map((code) => ({
        id: randomUUID(),
        userId,
        ...this.keys.digest('recovery code', normaliseRecoveryCode(code)),
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
    ? t`This code is not right. Type the one your app shows now; if that fails, check the clock of your phone.`
    : t`A code has six digits. Type the one your app shows now.`;
}
