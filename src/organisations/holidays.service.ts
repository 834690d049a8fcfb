import { Injectable, Logger } from '@nestjs/common';
import { createRequire } from 'node:module';
import { Worker } from 'node:worker_threads';
import { type Language, languages } from '../platform/language/languages.js';
import { type UtcDay, utcDay } from '../platform/utc-day.js';
import type { PublicHolidays, WorkCalendar } from './working-day.js';

/** Milliseconds. */
const patience = 5_000;

/**
 * Weekends and public holidays of a country. The library behind it takes half a second and 25 MB to
 * load, so it works beside the main thread, only for countries that are asked for, and is let go of
 * at once; what it said is kept for the year.
 */
@Injectable()
export class HolidayCalendars {
  private readonly log = new Logger('Holidays');
  private readonly known = new Map<string, PublicHolidays>();
  private last: Promise<unknown> = Promise.resolve();

  /** The years of `now` and after it. A country that is not known has its weekends. */
  async of(country: string, now: Date): Promise<WorkCalendar> {
    return { weekend: weekendOf(country), holidays: await this.holidays(country, now) };
  }

  private async holidays(country: string, now: Date): Promise<PublicHolidays> {
    const year = Number(utcDay(now).slice(0, 4));
    const key = `${country} ${year}`;
    // One after the other: each takes its memory.
    const asked = this.last.then(async () => {
      const known = this.known.get(key) ?? (await ask(country, [year, year + 1]));
      this.known.set(key, known);
      return known;
    });
    this.last = asked.catch(() => undefined);
    try {
      return await asked;
    } catch (error) {
      this.log.warn(`No public holidays of ${country}: ${(error as Error).message}`);
      return new Map();
    }
  }
}

type Said = [UtcDay, Record<Language, string>][];

function ask(country: string, years: number[]): Promise<PublicHolidays> {
  const library = createRequire(import.meta.url).resolve('date-holidays');
  const workerData = { library, country, years, languages: Object.keys(languages) };
  const worker = new Worker(program, { eval: true, workerData });
  return new Promise<PublicHolidays>((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer in time')), patience);
    worker.once('message', (days: Said) => resolve(new Map(days)));
    worker.once('error', reject);
    worker.once('exit', () => reject(new Error('no answer')));
    worker.once('exit', () => clearTimeout(timer));
  }).finally(() => worker.terminate());
}

/**
 * A holiday can last for days; of a day with two the first one counts. A name that nobody translated is
 * English.
 */
const program = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { library, country, years, languages } = workerData;
  const found = require(library);
  const Calendar = found.default ?? found;
  const calendars = languages.map((each) => new Calendar(country, { languages: [each, 'en'] }));
  const daysOf = (calendar) => years
    .flatMap((year) => calendar.getHolidays(year))
    .filter(({ type }) => type === 'public' || type === 'bank')
    .flatMap(({ date, start, end, name }) => {
      const first = Date.parse(date.slice(0, 10) + 'T00:00:00Z');
      const count = Math.max(1, Math.round((end - start) / 86400000));
      return Array.from({ length: count }, (_, index) => [
        new Date(first + index * 86400000).toISOString().slice(0, 10),
        name,
      ]);
    });
  const names = new Map();
  calendars.forEach((calendar, index) => {
    for (const [day, name] of daysOf(calendar).reverse()) {
      names.set(day, { ...names.get(day), [languages[index]]: name });
    }
  });
  parentPort.postMessage([...names]);
`;

/** From the region data of the runtime; Saturday and Sunday where it has none. */
function weekendOf(country: string): readonly number[] {
  const locale = new Intl.Locale(`und-${country}`) as Intl.Locale & {
    getWeekInfo?: () => { weekend: number[] };
    weekInfo?: { weekend: number[] };
  };
  return (locale.getWeekInfo?.() ?? locale.weekInfo)?.weekend ?? [6, 7];
}
