import { Injectable } from '@nestjs/common';
import { randomBytes, randomUUID } from 'node:crypto';
import { DataSource, IsNull } from 'typeorm';
import { isAnyReader } from '../applications/permission.js';
import { type Actor, Audit, type Happening } from '../audit/audit.service.js';
import { Clock } from '../platform/clock.js';
import { Config } from '../platform/config/config.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { iCalendar } from '../platform/i-calendar.js';
import { mailLanguage } from '../platform/language/mail-language.js';
import { speaking, t } from '../platform/language/speaking.js';
import { Keys } from '../platform/keys/keys.js';
import { FloodLimits } from '../platform/limits/flood-limits.js';
import { networkOf } from '../platform/limits/network-of.js';
import { NotFound, TooMany } from '../platform/refusals.js';
import { endEvent, mailEvents } from './calendar.js';
import { CalendarFeed } from './calendar-feed.entity.js';
import { findEnds, findFeed } from './calendar-feed.query.js';
import { Forecasts } from './forecasts.service.js';

/** Whose feed it is. */
export type FeedOwner = Actor & { id: string; email: string; organisationId: string | null };

/** How far ahead mails are said; ends are said as far as there are any. */
const mailDays = 90;
/** Secrets in a feed; those that end first. */
const most = 1_000;
/** In a minute: addresses that do not exist, from one network; and askings for one feed. */
const missesPerNetwork = 30;
const fetchesPerFeed = 20;

/**
 * Calendar feeds (M11, C7, docs/adr/0050): an address that needs no sign-in and shows what its maker
 * is reminded of at the moment when it is asked.
 */
@Injectable()
export class CalendarFeeds {
  constructor(
    private readonly dataSource: DataSource,
    private readonly forecasts: Forecasts,
    private readonly floods: FloodLimits,
    private readonly audit: Audit,
    private readonly keys: Keys,
    private readonly clock: Clock,
    private readonly config: Config,
  ) {}

  /** The address that somebody has now, without the address itself. */
  openOf(userId: string): Promise<CalendarFeed | null> {
    return this.dataSource.getRepository(CalendarFeed).findOneBy({ userId, revokedAt: IsNull() });
  }

  /**
   * Makes an address; the one before is void.
   * @returns the address, which nobody can show again
   * @throws NotFound for somebody who is reminded of nothing
   */
  async make(owner: FeedOwner): Promise<string> {
    const token = randomBytes(32).toString('base64url');
    const id = randomUUID();
    const now = this.clock.now();
    const { digest, keyNumber } = this.keys.digest('calendar feed', token);
    await inTransaction(this.dataSource, async (tx) => {
      // Of two askings at once each ends the other's: the address that was shown last is the one that works.
      await tx.query('select 1 from users where id = $1 for no key update', [owner.id]);
      await this.end(tx, owner);
      const made = await tx.query<unknown[]>(
        `insert into calendar_feeds (id, user_id, token_digest, created_at, key_number)
         select $1, $2, $3, $4, $5 where ${isAnyReader('$2::uuid', '$4')} returning id`,
        [id, owner.id, digest, now, keyNumber],
      );
      if (made.length === 0) throw new NotFound('no role that is reminded of anything');
      await this.audit.record(tx, owner, about(owner, 'calendar_feed.make', id));
    });
    return `${this.config.PUBLIC_URL}/calendar/${token}.ics`;
  }

  /** Nobody reads anything at the address from now on. @throws NotFound when there is none */
  async revoke(owner: FeedOwner): Promise<void> {
    await inTransaction(this.dataSource, async (tx) => {
      if (!(await this.end(tx, owner))) throw new NotFound('no open feed');
    });
  }

  /**
   * What a calendar program gets.
   * @param from the address that asks
   * @throws NotFound when the address is void, TooMany for whoever tries many
   */
  async read(token: string, from: string): Promise<string> {
    const now = this.clock.now();
    const db = this.dataSource.manager;
    const digests = this.keys.digests('calendar feed', token);
    const feed = await findFeed(db, digests, now);
    if (!feed) {
      await this.count(`calendar miss ${networkOf(from)}`, missesPerNetwork);
      throw new NotFound('no such feed');
    }
    await this.count(`calendar ${feed.id}`, fetchesPerFeed);
    const place = { feedId: feed.id, url: this.config.PUBLIC_URL };
    const ends = await findEnds(db, feed.userId, now, most);
    const { mails } = await this.forecasts.of({ contactId: feed.userId }, now, mailDays, most);
    await db.query(
      `update calendar_feeds set fetched_at = $2
       where id = $1 and (fetched_at is null or fetched_at <= $2::timestamptz - interval '1 minute')`,
      [feed.id, now],
    );
    return speaking(mailLanguage(feed.language), () =>
      iCalendar(t`Keyturn secrets`, [
        ...ends.map((end) => endEvent(end, now, place)),
        ...mailEvents(mails, now, place),
      ]),
    );
  }

  /** @returns whether there was one */
  private async end(tx: Tx, owner: FeedOwner): Promise<boolean> {
    const [rows] = await tx.query<[{ id: string }[], number]>(
      `update calendar_feeds set revoked_at = $2 where user_id = $1 and revoked_at is null
       returning id`,
      [owner.id, this.clock.now()],
    );
    for (const { id } of rows) {
      await this.audit.record(tx, owner, about(owner, 'calendar_feed.revoke', id));
    }
    return rows.length > 0;
  }

  private async count(key: string, perMinute: number): Promise<void> {
    const wait = await this.floods.count([{ key, most: perMinute }]);
    if (wait > 0) throw new TooMany(wait, 'Asked too often. Please wait a minute.');
  }
}

function about(owner: FeedOwner, action: string, id: string): Happening {
  return {
    action,
    subject: { kind: 'calendar_feed', id, name: owner.email },
    organisationId: owner.organisationId,
  };
}
