import { Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { Config } from '../platform/config/config.js';
import { dueInstant } from '../platform/due-instant.js';
import { addDays, daysBetween, utcDay } from '../platform/utc-day.js';
import type { Ending, Recipient } from './endings.query.js';
import { type Expected, forecast, type Prospect } from './forecast.js';
import { findProspects, type ForecastScope } from './forecast.query.js';
import { type Milestone, milestoneDay } from './milestones.js';

/** A mail to one person about everything that is due for them (M10). */
export interface ForecastMail {
  at: Date;
  day: string;
  /** Absent when there is nobody to be mailed (M6). */
  recipient?: Recipient;
  items: { ending: Ending; milestone: Milestone }[];
}

export interface Forecast {
  mails: ForecastMail[];
  /** There are more secrets than were looked at. */
  cut: boolean;
}

/** What is known of a secret before it is there. */
export type NewSecret = Pick<Ending, 'createdAt' | 'expiresAt' | 'recipients'> &
  Pick<Prospect, 'roleEnds'>;

const blank: Omit<Ending, keyof NewSecret> = {
  id: '',
  name: '',
  hint: '',
  firstUsedAt: null,
  lastUsedAt: null,
  owner: { kind: 'application', id: '', name: '', clientId: '' },
  organisation: null,
  siblings: [],
  acknowledgements: [],
};

const most = 2_000;

/** M11: the mails of the coming days. It reads, and changes nothing. */
@Injectable()
export class Forecasts {
  constructor(
    private readonly dataSource: DataSource,
    private readonly config: Config,
  ) {}

  /**
   * @param days how many UTC days, today being the first
   * @param limit how many secrets are looked at, those that end first first; null for all
   */
  async of(
    scope: ForecastScope,
    now: Date,
    days: number,
    limit: number | null = most,
  ): Promise<Forecast> {
    const until = addDays(utcDay(now), days - 1);
    const found = await findProspects(
      this.dataSource.manager,
      now,
      until,
      scope,
      limit && limit + 1,
    );
    const instants = this.instants(now, days);
    const endings = new Map(found.map(({ ending }) => [ending.id, ending]));
    const looked = found.slice(0, limit ?? undefined);
    const expected = looked.flatMap((prospect) => forecast(prospect, instants));
    return { mails: mailsOf(expected, endings), cut: looked.length < found.length };
  }

  /**
   * When a secret that is created now will be mailed about, if nothing changes: the rule of the run,
   * asked at each run that is to come. Where there is nobody to be mailed it is empty.
   */
  ofNew({ createdAt, expiresAt, recipients, roleEnds }: NewSecret): Expected[] {
    const today = utcDay(createdAt);
    const first = milestoneDay('42', expiresAt);
    const from = first > today ? first : today;
    const days = daysBetween(from, utcDay(expiresAt)) + 2;
    const ending = { ...blank, createdAt, expiresAt, recipients: [...recipients] };
    const expected = forecast(
      { ending, ledger: [], roleEnds },
      this.instants(createdAt, days, from),
    );
    return expected.filter((each) => each.recipients.length > 0);
  }

  /** When the run of each day begins; that of today at once, when its hour has passed (M4). */
  private instants(now: Date, days: number, from = utcDay(now)): Date[] {
    const { REMINDER_HOUR, REMINDER_ZONE } = this.config;
    return Array.from({ length: days }, (_, index) => {
      const due = dueInstant(addDays(from, index), REMINDER_HOUR, REMINDER_ZONE);
      return due < now ? now : due;
    });
  }
}

/** By time, then by person; within a mail what ends first comes first. */
function mailsOf(expected: readonly Expected[], endings: Map<string, Ending>): ForecastMail[] {
  const mails = new Map<string, ForecastMail>();
  for (const { at, day, secretId, milestone, recipients } of expected) {
    const item = { ending: endings.get(secretId)!, milestone };
    for (const recipient of recipients.length > 0 ? recipients : [undefined]) {
      const key = `${at.toISOString()} ${recipient?.id ?? ''}`;
      const mail = mails.get(key) ?? { at, day, recipient, items: [] };
      mail.items.push(item);
      mails.set(key, mail);
    }
  }
  return [...mails.values()].sort(
    (one, other) =>
      one.at.getTime() - other.at.getTime() ||
      (one.recipient?.name ?? '').localeCompare(other.recipient?.name ?? ''),
  );
}
