import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayManage } from '../applications/permission.js';
import { Clock } from '../platform/clock.js';
import { Keys } from '../platform/keys/keys.js';
import { t } from '../platform/language/speaking.js';
import { type Limit, Limits } from '../platform/limits/limits.js';
import { type Inspection, inspectValue } from './value.js';

/** What a pasted text turned out to be; `found` for a secret of an application that one manages. */
export type Finding =
  | { kind: 'found'; secretId: string; applicationId: string }
  | { kind: Exclude<Inspection, 'well_formed'> | 'not_yours' };

const perUser: Limit = { most: 30, seconds: 15 * 60 };

/** "Which secret is this?" (S14). The text is neither stored nor logged. */
@Injectable()
export class WhichSecret {
  constructor(
    private readonly dataSource: DataSource,
    private readonly keys: Keys,
    private readonly limits: Limits,
    private readonly clock: Clock,
  ) {}

  /** @throws TooMany */
  async identify(userId: string, text: string): Promise<Finding> {
    await this.limits.count(
      `which secret ${userId}`,
      perUser,
      () => t`That was a lot of tries. Please wait a while.`,
    );
    const kind = inspectValue(text);
    if (kind !== 'well_formed') return { kind };
    const [row] = await this.dataSource.query<{ secretId: string; applicationId: string }[]>(
      `select s.id as "secretId", a.id as "applicationId"
       from secrets s join applications a on a.id = s.application_id
       where s.digest = any($1) and a.deleted_at is null and ${mayManage('a', '$2', '$3')}`,
      [this.keys.digests('secret', text), userId, this.clock.now()],
    );
    return row ? { kind: 'found', ...row } : { kind: 'not_yours' };
  }
}
