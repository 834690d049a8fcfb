import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { addDays, parseUtcDay } from '../../src/platform/utc-day.js';
import { day, days, Stage } from './cast.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());
afterEach(() => stage.clear());

const last = parseUtcDay('2027-06-30')!;
const onDay = (left: number) => day(addDays(last, -left));

/** The day's mails, run by run. */
async function year(from: number, to: number, skip: (left: number) => boolean = () => false) {
  const seen: string[] = [];
  for (let left = from; left >= to; left--) {
    if (skip(left)) continue;
    await stage.run(onDay(left));
    for (const { lines } of stage.smtp.takeAll())
      seen.push(`${left}: ${lines('X-Reminder').join()}`);
  }
  return seen;
}

describe('the days (M1, M2, M3)', () => {
  test('mails at 42, 21, 7 to 0 and once after the end, and on no other day', async () => {
    const { secret } = await stage.small(last);
    const seen = await year(43, -2);
    expect(seen.map((line) => line.replace(`${secret.id}; `, ''))).toEqual([
      '42: 42',
      '21: 21',
      '7: 7',
      '6: 6',
      '5: 5',
      '4: 4',
      '3: 3',
      '2: 2',
      '1: 1',
      '0: 0',
      '-1: expired',
    ]);
  });

  test.each([43, 42, 41, 22, 21, 8, 7, 1, 0, -1])(
    'running three more times with %i days left sends nothing more',
    async (left) => {
      await stage.small(last);
      await stage.run(onDay(left));
      stage.smtp.takeAll();
      for (const hours of [0, 1, 16]) {
        const later = new Date(onDay(left).getTime() + hours * 3_600_000);
        expect(await stage.run(later)).toEqual({
          due: 0,
          sent: 0,
          failed: 0,
          skipped: 0,
          noRecipient: 0,
        });
      }
      expect(stage.smtp.received).toEqual([]);
    },
  );

  test('days without a run delay a mail, and never send two for one secret', async () => {
    const { secret } = await stage.small(last);
    const down = [42, 41, 40, 21, 20, 7, 6, 5, 0, -1, -2];
    const seen = await year(45, -4, (left) => down.includes(left));
    expect(seen.map((line) => line.replace(`${secret.id}; `, ''))).toEqual([
      '39: 42',
      '19: 21',
      '4: 4',
      '3: 3',
      '2: 2',
      '1: 1',
      '-3: expired',
    ]);
  });

  test('when nothing ran for weeks, one mail comes: the tightest', async () => {
    const { secret } = await stage.small(last);
    await stage.run(onDay(15));
    expect(stage.arrived()).toEqual(['anna@matchpunt.example 21']);
    await stage.run(onDay(3));
    expect(stage.arrived()).toEqual(['anna@matchpunt.example 3']);
    expect(await stage.ledger()).toEqual([
      'anna@matchpunt.example 21 sent',
      'anna@matchpunt.example 3 sent',
    ]);
    expect(secret.id).toBeTruthy();
  });

  test.each([
    ['50 days before its end', 50, ['42', '21', '7']],
    ['42 days before its end', 42, ['21', '7']],
    ['22 days before its end', 22, ['21', '7']],
    ['21 days before its end', 21, ['7']],
    ['7 days before its end', 7, ['6']],
    ['the day before its end', 1, ['0']],
  ])('a secret made %s is not mailed about what lies before (M3)', async (_name, age, first) => {
    const { application, secret } = await stage.small('2027-12-30');
    await stage.dataSource.query('delete from secrets where id = $1', [secret.id]);
    await stage.secret(application, last, { createdAt: day(addDays(last, -age), '06:00:00') });
    const seen = await year(51, 6);
    const all = [...seen, ...(age < 7 ? await year(5, 0) : [])];
    expect(all.slice(0, first.length).map((line) => line.split('; ')[1])).toEqual(first);
  });

  test('a run for a day to come answers for that day', async () => {
    await stage.small(last);
    stage.clock.set(onDay(100));
    await stage.instance.reminders.run({ now: onDay(5), force: true });
    const [received] = stage.smtp.takeAll();
    expect(received!.mail.subject).toContain('5 days left');
    expect(new Date(received!.mail.date!)).toEqual(onDay(5));
  });
});

describe('the hour (M4)', () => {
  test('nothing is sent before it; from then on every call may', async () => {
    await stage.small(last);
    const run = (at: string) => stage.instance.reminders.run({ now: day(addDays(last, -7), at) });
    expect(await run('06:59:59')).toBeUndefined();
    expect(await run('07:00:00')).toMatchObject({ due: 1, sent: 1 });
    expect(await run('07:05:00')).toMatchObject({ due: 0, sent: 0 });
  });

  test('a run of a day is recorded once without force, and again when something is due', async () => {
    const { secret } = await stage.small(last);
    const runs = () =>
      stage.dataSource.query(
        `select due, sent, failed, finished_at is not null as finished, error
         from reminder_runs order by as_of`,
      );
    for (const at of ['07:00:00', '07:05:00', '07:10:00']) {
      await stage.instance.reminders.run({ now: day(addDays(last, -30), at) });
    }
    expect(await runs()).toEqual([{ due: 1, sent: 1, failed: 0, finished: true, error: null }]);
    await stage.dataSource.query(`delete from reminders where secret_id = $1`, [secret.id]);
    await stage.dataSource.query(`update secrets set reminded = 'none'`);
    await stage.instance.reminders.run({ now: day(addDays(last, -30), '07:15:00') });
    await stage.run(day(addDays(last, -30), '07:20:00'));
    expect(await runs()).toHaveLength(3);
    const events = await stage.dataSource.query<{ at: Date; detail: object }[]>(
      `select at, detail from audit_events where subject_name = 'Run for 2027-05-31' order by id`,
    );
    expect(events.map(({ detail }) => detail)).toMatchObject([
      { due: 1, sent: 1 },
      { due: 1, sent: 1 },
    ]);
    expect(events[0]!.at).toEqual(day(addDays(last, -30), '07:00:00'));
  });

  test('a run that breaks off is recorded with its error, and tried again', async () => {
    await stage.small(last);
    await stage.dataSource.query('alter table reminders rename to reminders_away');
    const now = onDay(7);
    await expect(stage.instance.reminders.run({ now })).rejects.toThrow();
    await stage.dataSource.query('alter table reminders_away rename to reminders');
    const [row] = await stage.dataSource.query<{ error: string }[]>(
      'select error from reminder_runs',
    );
    expect(row!.error).toContain('SQLSTATE 42P01');
    expect(await stage.instance.reminders.run({ now })).toMatchObject({ sent: 1 });
    const [{ count }] = await stage.dataSource.query<[{ count: string }]>(
      'select count(*) from reminder_runs where error is null',
    );
    expect(count).toBe('1');
  });
});

test('the end is exclusive: at its last millisecond it has not expired', async () => {
  await stage.small(last);
  const end = day(last, '00:00:00').getTime() + days(1);
  await stage.run(new Date(end - 1));
  expect(stage.arrived()).toEqual(['anna@matchpunt.example 0']);
  await stage.run(new Date(end));
  expect(stage.arrived()).toEqual(['anna@matchpunt.example expired']);
});
