import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { day, Stage } from './cast.js';

let stage: Stage;
beforeAll(async () => (stage = await Stage.open()));
afterAll(() => stage.close());
afterEach(() => stage.clear());

const anna = 'anna@matchpunt.example';
const minutes = (at: Date, count: number) => new Date(at.getTime() + count * 60_000);

describe('a clock that is wrong for a while', () => {
  test('jumps ahead and back: nothing comes twice, and nothing that is due later is lost', async () => {
    await stage.small('2027-06-30');
    for (const at of ['2027-06-23', '2027-06-25', '2027-06-23', '2027-06-24', '2027-06-25']) {
      await stage.run(day(at));
    }
    await stage.run(day('2027-06-26'));
    expect(stage.arrived().sort()).toEqual([`${anna} 4`, `${anna} 5`, `${anna} 6`, `${anna} 7`]);
  });

  test('is ahead of an end: the daily mails come all the same, and the end is told once', async () => {
    await stage.small('2027-06-30');
    for (const at of ['2027-07-01', '2027-06-27', '2027-06-28', '2027-06-28', '2027-07-01']) {
      await stage.run(day(at));
    }
    expect(stage.arrived().sort()).toEqual([`${anna} 2`, `${anna} 3`, `${anna} expired`]);
  });

  test('what a run of a day to come noted as settled hides nothing of today', async () => {
    await stage.small('2027-06-30');
    // The second run of a day finds its mail sent, and notes it.
    for (const at of ['2027-06-25', '2027-06-25', '2027-06-23', '2027-06-23', '2027-06-24']) {
      await stage.run(day(at));
    }
    expect(stage.arrived().sort()).toEqual([`${anna} 5`, `${anna} 6`, `${anna} 7`]);
    const notes = await stage.dataSource.query<unknown[]>('select reminded from secrets');
    expect(notes).toEqual([{ reminded: '7' }]);
  });

  test('slept for three days: one mail, the one of today', async () => {
    await stage.small('2027-06-30');
    await stage.run(day('2027-06-23'));
    await stage.run(day('2027-06-26', '03:00:00'));
    expect(stage.arrived().sort()).toEqual([`${anna} 4`, `${anna} 7`]);
  });
});

describe('around midnight', () => {
  test('a run a moment before and one a moment after have a day each', async () => {
    await stage.small('2027-06-30');
    await stage.run(day('2027-06-24', '23:59:59'));
    await stage.run(day('2027-06-25', '00:00:00'));
    expect(stage.arrived().sort()).toEqual([`${anna} 5`, `${anna} 6`]);
  });

  test('a run that takes longer than a day: the next day waits, and has its own mail', async () => {
    await stage.small('2027-06-30');
    const other = await stage.another();
    let meanwhile: unknown = 'not run';
    stage.smtp.beforeAnswer = async () => {
      stage.smtp.beforeAnswer = undefined;
      meanwhile = await other.reminders.run({ now: day('2027-06-25', '08:00:00'), force: true });
    };
    await stage.run(day('2027-06-24'));
    expect(meanwhile).toBeUndefined();
    await stage.run(day('2027-06-25', '08:00:00'));
    expect(stage.arrived().sort()).toEqual([`${anna} 5`, `${anna} 6`]);
  });
});

describe('a mail server that is away for a week (F1)', () => {
  test('within ten minutes of its return everything that still matters has come, once', async () => {
    await stage.small('2027-06-30');
    await stage.small('2027-08-04', 'bram@matchpunt.example');
    await stage.smtp.stop();
    const first = day('2027-06-23');
    // Every seventh hour: at all times of the day.
    for (let hour = 0; hour < 7 * 24; hour += 7) {
      await stage.instance.reminders.run({ now: minutes(first, hour * 60) });
    }
    const mails = await stage.dataSource.query<unknown[]>(
      `select from mails where kind = 'reminder' and state = 'due'`,
    );
    expect(mails.length).toBeLessThanOrEqual(2);
    await stage.smtp.start();
    const back = minutes(first, 7 * 24 * 60);
    await stage.instance.reminders.run({ now: minutes(back, 5) });
    await stage.instance.reminders.run({ now: minutes(back, 10) });
    const ours = stage.arrived().filter((line) => !line.endsWith('notice'));
    expect(ours).toEqual([`${anna} 0`, 'bram@matchpunt.example 42']);
  });
});

describe('a digest (M10, R10)', () => {
  test('of 150 secrets names every one, and only what it names is marked', async () => {
    const { application } = await stage.small('2027-06-30');
    for (let index = 1; index < 150; index++) await stage.secret(application, '2027-06-30');
    expect(await stage.run(day('2027-06-23'))).toMatchObject({ due: 150, sent: 150 });
    const mails = stage.smtp.takeAll();
    expect(mails).toHaveLength(1);
    const secrets = await stage.dataSource.query<{ id: string; name: string }[]>(
      `select s.id, s.name from secrets s join reminders l on l.secret_id = s.id
       where l.state = 'sent'`,
    );
    expect(secrets).toHaveLength(150);
    const [{ mail, lines }] = mails as [(typeof mails)[number]];
    for (const { id, name } of secrets) {
      expect(mail.text).toContain(name);
      expect(mail.html).toContain(name);
      expect(lines('X-Reminder')).toContain(`${id}; 7`);
    }
  });
});
