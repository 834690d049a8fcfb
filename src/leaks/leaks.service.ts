import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { mayManage } from '../applications/permission.js';
import { type Actor, Audit } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { Keys } from '../platform/keys/keys.js';
import { Outbox } from '../platform/mail/outbox.service.js';
import { NotFound } from '../platform/refusals.js';
import { hasValidForm } from '../secrets/value.js';
import { mailAbout } from './leak-mails.js';
import { findBy, flag, type Flagged, recordLeaks } from './leak-rows.js';
import { type Found, placeOf } from './report.js';

/**
 * Secrets that were found where they do not belong (docs/leaks.md). A value is digested at once; nothing
 * else of it goes any further.
 */
@Injectable()
export class Leaks {
  constructor(
    private readonly dataSource: DataSource,
    private readonly audit: Audit,
    private readonly keys: Keys,
    private readonly outbox: Outbox,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /**
   * What a scanner has found: by the policy, secrets that could be used are flagged or switched off, and
   * their people are mailed, once for each secret.
   * @returns of each value, in this order, whether it is or was a secret of ours
   */
  async report(reporter: Actor, found: readonly Found[]): Promise<boolean[]> {
    const digests = found.map(({ token }) =>
      hasValidForm(token) ? this.keys.digests('secret', token) : [],
    );
    const known = await findBy(this.dataSource, digests.flat());
    const ids = digests.map((each) =>
      each.map((digest) => known.get(digest.toString('hex'))).find((id) => id !== undefined),
    );
    const places = new Map<string, string | null>();
    for (const [at, id] of ids.entries()) {
      if (id !== undefined && !places.get(id)) places.set(id, placeOf(found[at]!.url));
    }
    const switchOff = this.config.LEAK_POLICY === 'switch-off';
    await inTransaction(this.dataSource, (tx) => this.take(tx, reporter, places, switchOff));
    this.outbox.kick();
    return ids.map((id) => id !== undefined);
  }

  /**
   * The same by a manager, who decides alone what becomes of it.
   * @throws NotFound
   */
  async reportOwn(user: Actor & { id: string }, applicationId: string, id: string): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      const [row] = await tx.query<unknown[]>(
        `select from secrets s join applications a on a.id = s.application_id
         where s.id = $1 and a.id = $2 and s.deleted_at is null and a.deleted_at is null
           and ${mayManage('a', '$3', '$4')}`,
        [id, applicationId, user.id, this.clock.now()],
      );
      if (!row) throw new NotFound('no such secret for this manager');
      await this.take(tx, user, new Map([[id, null]]), false);
    });
    this.outbox.kick();
  }

  private async take(
    tx: Tx,
    reporter: Actor,
    places: ReadonlyMap<string, string | null>,
    switchOff: boolean,
  ): Promise<void> {
    const now = this.clock.now();
    const flagged: Flagged[] = await flag(tx, reporter.id, places, switchOff, now);
    if (flagged.length === 0) return;
    await recordLeaks(tx, this.audit, reporter, flagged);
    await mailAbout(tx, this.outbox, flagged, reporter, now, this.config);
  }
}
