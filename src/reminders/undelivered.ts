import type { DataSource } from 'typeorm';
import type { Config } from '../platform/config/config.js';
import { inTransaction } from '../platform/database/tx.js';
import type { Outbox } from '../platform/mail/outbox.service.js';
import { bounceNotice } from './bounce.notice.js';
import { forgetArrived, takeNews } from './bounce.query.js';
import { refusedNotice } from './notices.js';
import type { Delivered } from './passes.js';

/** What is done about mail that the server refused for good. */
export class Undelivered {
  constructor(
    private readonly dataSource: DataSource,
    private readonly outbox: Outbox,
    private readonly config: Config,
    /** Addresses, each with one application, that one transaction tells of. */
    private readonly batch = 200,
  ) {}

  /** One notice for all of a run (M8). */
  async tellSupport({ refused, failed }: Delivered): Promise<void> {
    if (refused.length === 0) return;
    await inTransaction(this.dataSource, (tx) =>
      this.outbox.enqueue(tx, refusedNotice(refused, failed, this.config)),
    );
  }

  /**
   * The other contacts of the application are warned at once: they are those who still get its
   * reminders. Once for an address and an application, until mail arrives there again.
   */
  async warnOthers(now: Date): Promise<void> {
    await inTransaction(this.dataSource, forgetArrived);
    for (let taken = this.batch; taken === this.batch;) {
      taken = await inTransaction(this.dataSource, async (tx) => {
        const found = await takeNews(tx, now, this.batch);
        for (const news of found.news) {
          await this.outbox.enqueue(tx, bounceNotice(news, this.config), now);
        }
        return found.taken;
      });
    }
  }
}
