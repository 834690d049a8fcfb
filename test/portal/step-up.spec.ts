import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const minute = 60_000;

let service: TestApp;
let browser: Visitor;
let mine: string;
let foreign: string;

beforeAll(async () => {
  service = await startTestApp();
  const idOf = async (name: string) => {
    const [row] = await service.dataSource.query<{ id: string }[]>(
      'select id from applications where name = $1',
      [name],
    );
    return `/manage-api-credentials/${row!.id}`;
  };
  mine = await idOf('Partner-NL-Matchpunt-DM');
  const other = service.world.applications.find(({ organisation }) => organisation !== 'Matchpunt');
  foreign = await idOf(other!.name);
});
afterAll(() => service.close());

/** Anna at the form of a new secret, with a factor that is too old for it. */
beforeEach(async () => {
  await service.dataSource.query('delete from attempts');
  browser = await service.signedIn(anna);
  await browser.get(`${mine}/secrets/new`);
  service.clock.advance(16 * minute);
});

function code(): string {
  return totp(service.account(anna).totpKey, service.clock.now());
}

const secretForm = (name: string) => ({ name, lastDay: '2027-02-01' });

async function secretsNamed(name: string): Promise<number> {
  const [row] = await service.dataSource.query<{ count: number }[]>(
    'select count(*)::int as count from secrets where name = $1',
    [name],
  );
  return row!.count;
}

describe('a form sent twice at the step-up', () => {
  test('is done once, and signs nobody out', async () => {
    await browser.submit(secretForm('Sent twice'));
    const { action, fields } = browser.form();
    const body = new URLSearchParams({ ...fields, stepUpCode: code() }).toString();
    const old = [...browser.cookies].map((each) => each.join('=')).join('; ');

    const lock = service.dataSource.createQueryRunner();
    await lock.startTransaction();
    await lock.query(
      `select 1 from totp_factors f join users u on u.id = f.user_id where u.email = $1 for update of f`,
      [anna],
    );
    const answers = [1, 2].map(() => browser.send('POST', action, body));
    await waitingFor(lock, 2);
    await lock.commitTransaction();
    await lock.release();
    const [done, late] = (await Promise.all(answers)).sort((a, b) => a.status - b.status);
    expect([done!.status, late!.status]).toEqual([201, 409]);
    expect(await late!.text()).toContain('Another request of yours came first');
    expect(late!.headers.getSetCookie()).toEqual([]);
    expect(await secretsNamed('Sent twice')).toBe(1);

    // A copy that comes after the answer: its identifier is dead, which takes nothing away.
    const later = await browser.send('POST', action, body, {
      cookie: old,
      'sec-fetch-site': 'same-origin',
    });
    expect(later.status).toBe(409);
    expect(later.headers.getSetCookie().join()).not.toContain('session');
    expect(await secretsNamed('Sent twice')).toBe(1);
    expect((await browser.get(mine)).path).toBe(mine);

    service.clock.advance(11_000);
    const muchLater = await browser.send('POST', action, body, {
      cookie: old,
      'sec-fetch-site': 'same-origin',
    });
    expect(muchLater.status).toBe(303);
  });

  test('leaves pages alone that were asked for meanwhile with the earlier cookie', async () => {
    await browser.submit(secretForm('Two tabs'));
    const old = [...browser.cookies].map((each) => each.join('=')).join('; ');
    await browser.submit({ stepUpCode: code() });
    expect(browser.page.status).toBe(201);
    const tab = await browser.send('GET', mine, undefined, { cookie: old });
    expect(tab.status).toBe(303);
    expect(tab.headers.getSetCookie().join()).not.toContain('session');
    // The browser follows with the cookie that it has by then.
    expect((await browser.get(tab.headers.get('location')!)).path).toBe(mine);
  });
});

test('a second copy of the code at the sign-in leads to where the first one does', async () => {
  const visitor = service.visitor();
  const { email, password } = service.account(anna);
  await visitor.get(`/sign-in?next=${encodeURIComponent(mine)}`);
  await visitor.submit({ email, password });
  const { action, fields } = visitor.form();
  const body = new URLSearchParams({ ...fields, code: code() }).toString();
  const lock = service.dataSource.createQueryRunner();
  await lock.startTransaction();
  await lock.query('select 1 from totp_factors for update');
  const answers = [1, 2].map(() => visitor.send('POST', action, body));
  await waitingFor(lock, 2);
  await lock.commitTransaction();
  await lock.release();
  for (const answer of await Promise.all(answers)) {
    expect([answer.status, answer.headers.get('location')]).toEqual([303, mine]);
  }
  expect((await visitor.get(mine)).path).toBe(mine);
});

test('too many wrong codes keep the form', async () => {
  await browser.submit(secretForm('Kept'));
  for (let tries = 0; tries < 6; tries++) await browser.submit({ stepUpCode: '000000' });
  expect(browser.page.status).toBe(429);
  expect(Number(browser.page.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(browser.words).toContain('Too many codes were tried');
  expect(browser.form().fields).toMatchObject(secretForm('Kept'));
  service.clock.advance(15 * minute);
  await browser.submit({ stepUpCode: code() });
  expect(browser.page.status).toBe(201);
});

describe('what is not theirs is not there, before any code (R8)', () => {
  const nowhere = '00000000-0000-4000-8000-000000000000';

  test.each([
    ['an unknown application', () => `/manage-api-credentials/${nowhere}/secrets`, 404],
    ['a broken address', () => `/manage-api-credentials/x/secrets`, 404],
    ['another organisation’s application', () => `${foreign}/secrets`, 404],
    ['an unknown secret', () => `${mine}/secrets/${nowhere}/delete`, 404],
    ['their own', () => `${mine}/secrets`, 403],
  ])('%s', async (_, path, status) => {
    const { fields } = browser.form();
    await browser.post(path(), { ...fields, ...secretForm('No') });
    expect(browser.page.status).toBe(status);
    expect(browser.page.text.includes('stepUpCode')).toBe(status === 403);
  });

  test('an org admin is told that it is not for them', async () => {
    const olga = await service.signedIn('olga@matchpunt.example');
    await olga.get(mine);
    const token = /name="_csrf" value="([^"]+)"/.exec(olga.page.text)![1]!;
    service.clock.advance(16 * minute);
    await olga.post(`${mine}/secrets`, { _csrf: token, ...secretForm('No') });
    expect(olga.page.status).toBe(403);
    expect(olga.words).toContain('Only the credential managers');
  });
});

test('a locked session answers HEAD as it answers GET', async () => {
  service.clock.advance(60 * minute);
  for (const method of ['GET', 'HEAD']) {
    const { status, headers } = await browser.send(method, mine);
    expect([method, status, headers.get('location')]).toEqual([
      method,
      303,
      `/unlock?next=${encodeURIComponent(mine)}`,
    ]);
  }
});

test('a refused form’s address leads to the form, also after another sign-in', async () => {
  for (const path of [`${mine}/secrets`, `${mine}/secrets?x=1`]) {
    service.clock.advance(30_000);
    const visitor = service.visitor();
    await visitor.get(`/sign-in?next=${encodeURIComponent(path)}`);
    const { email, password } = service.account(anna);
    await visitor.submit({ email, password });
    await visitor.submit({ code: code() });
    expect(visitor.page.path).toBe(`${mine}/secrets/new`);
  }
});
