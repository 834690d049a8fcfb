import { Injectable } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { DataSource, type EntityManager, IsNull } from 'typeorm';
import { Clock } from '../platform/clock.js';
import { inTransaction, type Tx } from '../platform/database/tx.js';
import { patientTransaction } from '../platform/mail/attempt.js';
import { utcDay } from '../platform/utc-day.js';
import { Alarm } from './alarm.entity.js';
import { AlarmRoutes } from './alarm-routes.js';
import { type Trouble, troublesOf } from './watch-rule.js';
import { countMissed, findRuns } from './watch.query.js';

/** How the reminders are, for health, banner and the page of runs. */
export interface Watched {
  lastComplete: Date | null;
  troubles: Trouble[];
}

const minute = 60_000;
/** Between two attempts of the second route at most. */
const longestPause = 60 * minute;

/** The dead-man's switch of the reminders (M12): it does not rely on a run to notice that there is none. */
@Injectable()
export class Watch {
  constructor(
    private readonly dataSource: DataSource,
    private readonly routes: AlarmRoutes,
    private readonly clock: Clock,
  ) {}

  /** Is there a second route for alarms? */
  get isHeard(): boolean {
    return this.routes.configured;
  }

  /**
   * Cheap: the record of runs as it is now, and what the last look found in the secrets.
   */
  async now(): Promise<Watched> {
    const now = this.clock.now();
    const db = this.dataSource.manager;
    const facts = await findRuns(db, now);
    const troubles = troublesOf({ ...facts, missed: 0 }, now);
    const missed = await db.findOneBy(Alarm, { kind: 'missed', closedAt: IsNull() });
    // As it was told: to count again would mean to look at the secrets.
    if (missed) troubles.push({ kind: 'missed', text: () => missed.text });
    return { lastComplete: facts.complete?.finishedAt ?? null, troubles };
  }

  /** Opens and closes incidents, and tells each new one once over the second route. */
  async look(): Promise<Trouble[]> {
    const now = this.clock.now();
    const troubles = await inTransaction(this.dataSource, async (tx) => {
      const found = await this.find(tx, now);
      await this.write(tx, found, now);
      return found;
    });
    while (await this.tellNext(now));
    return troubles;
  }

  private async find(tx: EntityManager, now: Date): Promise<Trouble[]> {
    const { completeAsOf, ...facts } = await findRuns(tx, now);
    const ofToday = completeAsOf && utcDay(completeAsOf) === utcDay(now);
    const missed = ofToday ? await countMissed(tx, completeAsOf, now) : 0;
    return troublesOf({ ...facts, missed }, now);
  }

  /** The unique key decides which of several instances opens an incident. */
  private async write(tx: Tx, troubles: readonly Trouble[], now: Date): Promise<void> {
    const kinds = troubles.map(({ kind }) => kind);
    await tx.query(`update alarms set closed_at = $1 where closed_at is null and kind <> all($2)`, [
      now,
      kinds,
    ]);
    for (const { kind, text } of troubles) {
      await tx.query(
        `insert into alarms (id, kind, text, opened_at) values ($1, $2, $3, $4)
         on conflict (kind) where closed_at is null do update set text = excluded.text`,
        [randomUUID(), kind, text(), now],
      );
    }
  }

  /** @returns whether it is worth looking for another */
  private tellNext(now: Date): Promise<boolean> {
    if (!this.routes.configured) return Promise.resolve(false);
    return patientTransaction(this.dataSource, async (tx) => {
      const alarm = await this.claim(tx, now);
      if (!alarm) return false;
      const { told, answer } = await this.routes.tell(alarm);
      const attempts = alarm.attempts + 1;
      const pause = Math.min(5 * minute * 2 ** alarm.attempts, longestPause);
      await tx.update(
        Alarm,
        { id: alarm.id },
        {
          attempts,
          answer,
          toldAt: told ? now : null,
          nextAttemptAt: told ? null : new Date(now.getTime() + pause),
        },
      );
      return true;
    });
  }

  private claim(tx: Tx, now: Date): Promise<Alarm | null> {
    return tx
      .createQueryBuilder(Alarm, 'a')
      .where('a.closedAt is null and a.toldAt is null')
      .andWhere('(a.nextAttemptAt is null or a.nextAttemptAt <= :now)', { now })
      .orderBy('a.openedAt')
      .limit(1)
      .setLock('pessimistic_write')
      .setOnLocked('skip_locked')
      .getOne();
  }
}
