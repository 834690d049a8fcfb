import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { t } from '../platform/language/speaking.js';
import { Limits } from '../platform/limits/limits.js';
import { Invalid } from '../platform/refusals.js';
import { User } from '../users/user.entity.js';
import { passwordFits } from './password-hash.js';
import type { Viewer } from './viewer.js';

const tries = { most: 10, seconds: 15 * 60 };
const tooMany = () => t`Too many wrong passwords. Please wait a quarter of an hour.`;

/** Proves the password again, within a session. Tries are counted before they are judged. */
@Injectable()
export class OwnPassword {
  constructor(
    private readonly dataSource: DataSource,
    private readonly limits: Limits,
  ) {}

  /** @throws Invalid for `field`, TooMany */
  async prove({ id }: Viewer, password: string, field = 'password'): Promise<void> {
    const key = `own password ${id}`;
    await this.limits.count(key, tries, tooMany);
    const user = await this.dataSource.getRepository(User).findOneByOrFail({ id });
    if (!(await passwordFits(password, user.passwordHash))) {
      throw new Invalid({ [field]: () => t`This is not your password.` });
    }
    await this.limits.forget(key);
  }
}
