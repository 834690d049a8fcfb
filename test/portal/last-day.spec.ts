import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { HolidayCalendars } from '../../src/organisations/holidays.service.js';
import { Forecasts } from '../../src/reminders/forecasts.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';

let service: TestApp;
let browser: Visitor;
let application: string;

beforeAll(async () => {
  service = await startTestApp();
  const [row] = await service.dataSource.query<{ id: string }[]>(
    `select id from applications where name = 'Partner-NL-Matchpunt-DM'`,
  );
  application = row!.id;
  browser = await service.signedIn('anna@matchpunt.example');
});
afterAll(() => service.close());
/** A session does not live for a day. */
async function at(instant: string): Promise<void> {
  service.clock.set(new Date(instant));
  browser = await service.signedIn('anna@matchpunt.example');
}

const form = () => `/manage-api-credentials/${application}/secrets/new`;

interface Words {
  endsText: string;
  mailsText: string;
  dayOff?: { day: string; text: string; instead?: { day: string; label: string } };
}

async function words(lastDay: string, visitor = browser): Promise<Words> {
  await visitor.get(`${form()}/words?lastDay=${encodeURIComponent(lastDay)}`);
  return JSON.parse(visitor.page.text) as Words;
}

async function secrets(): Promise<number> {
  const [row] = await service.dataSource.query<{ count: number }[]>(
    'select count(*)::int as count from secrets',
  );
  return row!.count;
}

describe('an end on a day off', () => {
  test.each([
    ['2027-11-26', undefined, undefined],
    ['2027-11-27', 'The last day falls on a weekend', '2027-11-26'],
    ['2027-11-28', 'The last day falls on a weekend', '2027-11-26'],
    ['2027-04-27', "The last day is a public holiday (Netherlands: King's Day)", '2027-04-26'],
    ['2026-12-26', 'The last day is a public holiday (Netherlands: Boxing Day)', '2026-12-24'],
  ])('%s', async (day, text, instead) => {
    const { dayOff } = await words(day);
    expect(dayOff?.text.split(', when')[0]).toBe(text);
    expect(dayOff?.instead?.day).toBe(instead);
  });

  test('without a script is said before anything is created, with a link that fills the better day in', async () => {
    const before = await secrets();
    await browser.get(form());
    expect(browser.page.text).toMatch(/id="day-off"[^>]* hidden>/);
    await browser.submit({ name: 'A <Sunday>', lastDay: '2027-11-28' });
    expect(browser.page.status).toBe(200);
    expect(browser.words).toContain('Nothing is created yet: look at the last day once more.');
    expect(browser.words).toContain('The last day falls on a weekend');
    expect(browser.form().fields).toMatchObject({ name: 'A <Sunday>', lastDay: '2027-11-28' });
    expect(await secrets()).toBe(before);

    const href = /id="day-off-instead" href="([^"]*)"/.exec(browser.page.text)![1]!;
    await browser.get(href.replaceAll('&amp;', '&'));
    expect(browser.form().fields).toMatchObject({ name: 'A <Sunday>', lastDay: '2027-11-26' });
    expect(browser.page.text).toMatch(/id="day-off"[^>]* hidden>/);
    await browser.submit({});
    expect(browser.page.status).toBe(201);
  });

  test('is kept when it is sent again, and another one is warned about anew', async () => {
    await browser.get(form());
    await browser.submit({ name: 'Kept', lastDay: '2027-11-28' });
    await browser.submit({ lastDay: '2027-11-27' });
    expect(browser.words).toContain('Nothing is created yet');
    await browser.submit({});
    expect(browser.page.status).toBe(201);
    const [row] = await service.dataSource.query<{ end: Date }[]>(
      `select expires_at as end from secrets where name = 'Kept'`,
    );
    expect(row!.end.toISOString()).toBe('2027-11-28T00:00:00.000Z');
  });

  test('comes together with what is wrong in the form', async () => {
    await browser.get(form());
    await browser.submit({ name: '', lastDay: '2027-11-28' });
    expect(browser.page.status).toBe(422);
    expect(browser.words).toContain('Type a name.');
    expect(browser.words).toContain('The last day falls on a weekend');
  });

  test('knows weekends and long holidays of other countries, and only weekends of unknown ones', async () => {
    const calendars = service.app.get(HolidayCalendars);
    const now = service.clock.now();
    const [saudi, unknown] = await Promise.all([calendars.of('SA', now), calendars.of('AQ', now)]);
    expect(saudi.weekend).toEqual([5, 6]);
    const names = [...saudi.holidays.values()].map(({ en }) => en);
    expect(names.filter((name) => name.includes('Eid al-Fitr')).length).toBeGreaterThan(3);
    expect(unknown).toEqual({ weekend: [6, 7], holidays: new Map() });
  });
});

describe('the words beside the date', () => {
  const text = new Intl.DateTimeFormat('en-GB', {
    weekday: 'short',
    day: 'numeric',
    month: 'long',
    year: 'numeric',
    timeZone: 'UTC',
  });

  // A full year that begins at 05:00 ends before the run of its last morning.
  test.each([
    ['2026-12-02T09:00', '2027-12-02', ['42', '21', '7', '6', '5', '4', '3', '2', '1', '0']],
    ['2026-12-03T05:00', '2027-12-03', ['42', '21', '7', '6', '5', '4', '3', '2', '1']],
    ['2026-12-04T09:00', '2027-03-04', ['42', '21', '7', '6', '5', '4', '3', '2', '1', '0']],
    ['2026-12-05T09:00', '2027-01-05', ['21', '7', '6', '5', '4', '3', '2', '1', '0']],
    ['2026-12-06T09:00', '2026-12-09', ['2', '1', '0']],
    ['2026-12-07T09:00', '2026-12-08', ['0']],
  ])('at %s say of %s what the runs will do', async (now, lastDay, milestones) => {
    await at(`${now}:00Z`);
    const { mailsText } = await words(lastDay);
    await browser.get(form());
    await browser.submit({ name: `Until ${lastDay}`, lastDay });
    expect(browser.page.status).toBe(201);
    const [secret] = await service.dataSource.query<{ id: string }[]>(
      'select id from secrets where name = $1',
      [`Until ${lastDay}`],
    );
    const { mails } = await service.app.get(Forecasts).of({}, service.clock.now(), 368);
    const own = mails
      .filter(({ recipient }) => recipient?.name === 'Anna Visser')
      .flatMap(({ at, items }) =>
        items
          .filter(({ ending }) => ending.id === secret!.id)
          .map(({ milestone }) => ({ milestone, day: text.format(at).replace(',', '') })),
      );
    expect(own.map(({ milestone }) => milestone)).toEqual([...milestones, 'expired']);
    const early = own.filter(({ milestone }) => milestone === '42' || milestone === '21');
    const week = own.filter((each) => !early.includes(each) && each.milestone !== 'expired');
    const [first, last] = [week[0]!.day, week.at(-1)!.day];
    const daily = first === last ? first : `daily from ${first} to ${last}`;
    const days = [...early.map(({ day }) => day), daily, `after the end on ${own.at(-1)!.day}`];
    expect(mailsText).toBe(`Reminder mails: ${days.join('; ')}.`);
    await service.dataSource.query('delete from secrets where id = $1', [secret!.id]);
  });

  test('say which days can be chosen when it is none of them', async () => {
    expect(await words('tomorrow')).toEqual({
      endsText: 'Choose a day from Tue 8 December 2026 to Tue 7 December 2027.',
      mailsText: '',
    });
  });

  test('are for its credential managers alone', async () => {
    const [olga, grace] = [
      await service.signedIn('olga@matchpunt.example'),
      await service.signedIn('grace@lanetrust.example'),
    ];
    await olga.get(`${form()}/words?lastDay=2027-03-01`);
    await grace.get(`${form()}/words?lastDay=2027-03-01`);
    expect([olga.page.status, grace.page.status]).toEqual([403, 404]);
  });
});

test('there is no proposal where no earlier day can be chosen', async () => {
  await at('2027-01-01T09:00:00Z');
  const { dayOff } = await words('2027-01-02');
  expect(dayOff).toEqual({
    day: '2027-01-02',
    text: 'The last day falls on a weekend, when perhaps nobody is there to act.',
  });
});

test('neither the form nor its usual lifetimes begin with a day off', async () => {
  await at('2027-06-05T09:00:00Z');
  await browser.get(form());
  expect(browser.form().fields).toMatchObject({ lastDay: '2028-06-02' });
  const presets = [...browser.page.text.matchAll(/class="button-small" data-day="(.{10})"/g)];
  // Whit Monday ends a year from then, and its weekend lies before it.
  expect(presets.map(([, day]) => day)).toEqual([
    '2027-07-05',
    '2027-09-03',
    '2027-12-02',
    '2028-06-02',
  ]);
});
