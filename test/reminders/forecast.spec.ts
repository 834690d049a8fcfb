import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { AcknowledgementRow } from '../../src/reminders/acknowledgement.entity.js';
import { Forecasts } from '../../src/reminders/forecasts.service.js';
import { addDays, utcDay } from '../../src/platform/utc-day.js';
import type { User } from '../../src/users/user.entity.js';
import { day, days, Stage } from './cast.js';

let stage: Stage;
let forecasts: Forecasts;
beforeAll(async () => {
  stage = await Stage.open();
  forecasts = new Forecasts(stage.dataSource, stage.config);
});
afterAll(() => stage.close());
afterEach(() => stage.clear());

const start = day('2027-03-01');

/** `day recipient secret milestone`, one line for each secret in each mail. */
async function forecastLines(count: number, now = start): Promise<string[]> {
  const { mails } = await forecasts.of({}, now, count);
  return mails
    .flatMap(({ day, recipient, items }) =>
      items.map(
        ({ ending, milestone }) =>
          `${day} ${recipient?.address ?? 'nobody'} ${ending.id} ${milestone}`,
      ),
    )
    .sort();
}

/** The same of what arrives, with a run each morning, and a late one where a secret ended meanwhile. */
async function runLines(count: number): Promise<string[]> {
  const lines: string[] = [];
  for (let index = 0; index < count; index++) {
    const today = addDays(utcDay(start), index);
    const late = await stage.dataSource.query<unknown[]>(
      `select from secrets where expires_at = $1`,
      [day(today, '13:30:00')],
    );
    for (const time of late.length > 0 ? ['07:00:00', '23:55:00'] : ['07:00:00']) {
      await stage.run(day(today, time));
      for (const received of stage.smtp.takeAll()) {
        const rows = received.lines('X-Reminder');
        lines.push(...rows.map((row) => `${today} ${received.to} ${row.replace('; ', ' ')}`));
      }
    }
  }
  return lines.sort();
}

describe('the forecast (M11)', () => {
  test('says what the runs of the next 90 days then do', async () => {
    await world();
    const said = await forecastLines(90);
    const nobody = said.filter((line) => line.includes(' nobody '));
    const done = await runLines(90);
    expect(said.filter((line) => !nobody.includes(line))).toEqual(done);
    expect(done.length).toBeGreaterThan(150);
    const untold = await stage.dataSource.query<{ line: string }[]>(
      `select day || ' nobody ' || secret_id || ' ' || milestone as line from reminders
       where state = 'no_recipient' and day >= '2027-03-01' order by 1`,
    );
    expect(nobody).toEqual(untold.map(({ line }) => line));
    expect(nobody.length).toBeGreaterThan(5);
  });

  test('has today’s mails until they have gone out, and begins with today', async () => {
    await stage.small('2027-03-08');
    expect(await forecastLines(1)).toHaveLength(1);
    expect(await forecastLines(2)).toHaveLength(2);
    await stage.run(start);
    expect(await forecastLines(1)).toEqual([]);
  });

  test('changes nothing', async () => {
    await stage.small('2027-03-08');
    await forecastLines(60);
    expect(await stage.ledger()).toEqual([]);
    expect(stage.smtp.attempts).toEqual([]);
  });

  test('is one mail per person and run, what ends first first', async () => {
    const { application } = await stage.small('2027-03-08');
    await stage.secret(application, '2027-03-04', { name: 'Sooner' });
    const { mails } = await forecasts.of({}, start, 1);
    expect(mails).toHaveLength(1);
    expect(mails[0]!.items.map(({ milestone }) => milestone)).toEqual(['3', '7']);
  });

  test('looks at so many secrets, and says that there are more', async () => {
    const { application } = await stage.small('2027-03-08');
    await stage.secret(application, '2027-03-04', { name: 'Sooner' });
    const one = await forecasts.of({}, start, 1, 1);
    expect(one.mails[0]!.items.map(({ ending }) => ending.name)).toEqual(['Sooner']);
    expect(one.cut).toBe(true);
    expect((await forecasts.of({}, start, 1, 2)).cut).toBe(false);
  });
});

/** Two people in IT, one of whom leaves; secrets of two resource servers, one of which is replaced. */
async function servers(dirk: User): Promise<void> {
  await stage.staff('ines@keyturn.example');
  await stage.staff('otto@keyturn.example', {}, { endsAt: day('2027-03-28', '12:00:00') });
  const connect = await stage.resource();
  await stage.serverSecret(connect, '2027-03-10', { lastUsedAt: day('2027-02-01') });
  await stage.serverSecret(connect, '2027-04-02');
  await stage.serverSecret(connect, '2027-04-15', {
    createdAt: day('2027-02-20'),
    lastUsedAt: day('2027-02-25'),
  });
  await stage.serverSecret(await stage.resource('Data Manager', 'sandbox'), '2027-05-01');
  // In IT and a credential manager as well: both in one mail.
  await stage.role(dirk, 'it', null, {
    organisationId: null,
    confirmedBy: null,
    confirmedOn: null,
    endsAt: day('2027-04-12'),
  });
}

/** Forty secrets with every kind of history: young, old, replaced, used again, off, without people. */
async function world(): Promise<void> {
  const { organisation, application, manager } = await stage.small('2027-03-20');
  const olga = await stage.user(organisation, 'olga@matchpunt.example');
  await stage.role(olga, 'org_admin', null, { endsAt: day('2027-04-10') });
  const bram = await stage.user(organisation, 'bram@matchpunt.example');
  await stage.role(bram, 'credential_manager', application, {
    endsAt: day('2027-03-25', '12:00:00'),
  });
  await stage.role(manager, 'org_admin', null);
  const lonely = await stage.application(await stage.organisation());
  const other = await stage.organisation();
  const dm = await stage.application(other, 'DM');
  const dirk = await stage.user(other, 'dirk@lanetrust.example');
  await stage.role(dirk, 'credential_manager', dm, { endsAt: day('2027-04-20') });
  for (let index = 0; index < 36; index++) {
    const last = addDays(utcDay(start), -2 + index * 4);
    const home = [application, dm, lonely][index % 3]!;
    const end = day(last, index % 5 === 0 ? '13:30:00' : '00:00:00');
    const expiresAt = new Date(end.getTime() + (index % 5 === 0 ? 0 : days(1)));
    const age = [365, 200, 30, 12, 3][index % 5]!;
    const createdAt = new Date(
      Math.min(start.getTime() - days(1), expiresAt.getTime() - days(age)),
    );
    await stage.secret(home, last, {
      createdAt: createdAt < expiresAt ? createdAt : new Date(expiresAt.getTime() - days(9)),
      expiresAt,
      lastUsedAt: index % 4 === 0 ? null : day('2027-02-0' + ((index % 3) + 1)),
      disabledAt: index % 11 === 10 ? start : null,
    });
  }
  await servers(dirk);
  // Newer, in use, and gone before all of those are that it replaces.
  await stage.secret(dm, '2027-04-15', {
    createdAt: day('2027-02-20'),
    lastUsedAt: day('2027-02-25'),
  });
  const speak = async (
    id: string,
    user: User,
    kind: AcknowledgementRow['kind'],
    until: string | null = null,
  ) =>
    stage.dataSource.getRepository(AcknowledgementRow).insert({
      id: randomUUID(),
      secretId: id,
      userId: user.id,
      kind,
      until,
      saidAt: day('2027-02-28'),
    });
  const [taken, claimed, alien, left] = await Promise.all(
    ['2027-05-05', '2027-05-06', '2027-05-07', '2027-05-08'].map((last) =>
      stage.secret(application, last),
    ),
  );
  await speak(taken!.id, manager, 'taken', '2027-03-30');
  await speak(claimed!.id, manager, 'replaced');
  await speak(alien!.id, manager, 'not_mine');
  await speak(left!.id, bram, 'replaced');
  await stage.secret(dm, '2027-03-05', { lastUsedAt: day('2027-02-28') });
  // A week of runs before, one of which met a refusing and a busy mail server.
  for (const date of ['2027-02-22', '2027-02-23', '2027-02-27']) await stage.run(day(date));
  stage.smtp.trouble('dirk@lanetrust.example', {
    at: 'recipient',
    code: 550,
    answer: 'no such user',
  });
  const busy = { at: 'recipient' as const, code: 450, answer: 'later' };
  stage.smtp.trouble('anna@matchpunt.example', busy, busy, busy);
  await stage.run(day('2027-02-28'));
  const ledger = (await stage.ledger()).join();
  expect(ledger).toContain('dirk@lanetrust.example 5 failed');
  expect(ledger).toMatch(/anna@matchpunt.example \w+ due/);
  stage.smtp.takeAll();
}
