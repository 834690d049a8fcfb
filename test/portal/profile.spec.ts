import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { browserText } from '../../src/portal/browser-words.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { temporaryFolder } from '../support/temporary-folder.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const minute = 60_000;

let service: TestApp;
let browser: Visitor;

beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());
beforeEach(async () => {
  await service.dataSource.query('delete from attempts');
  browser = await service.signedIn(anna);
});

/** A current code that was not used yet. */
function freshCode(): string {
  service.clock.advance(30_000);
  return totp(service.account(anna).totpKey, service.clock.now());
}

async function lastAction(): Promise<string> {
  const [row] = await service.dataSource.query<{ action: string }[]>(
    'select action from audit_events order by id desc limit 1',
  );
  return row!.action;
}

async function works(session: Visitor): Promise<boolean> {
  return (await session.get('/manage-api-credentials')).path === '/manage-api-credentials';
}

describe('sessions', () => {
  test('shows where one is signed in, and ends another one at its next request', async () => {
    const other = await service.signedIn(anna);
    await browser.get('/profile');
    expect(browser.words).toContain('Unknown browser this session 127.0.0.1');
    const [, id] = /\/profile\/sessions\/([0-9a-f-]{36})\/end/.exec(browser.page.text)!;
    await browser.submit({}, `/profile/sessions/${id}/end`);
    expect(browser.words).toContain('The session is ended');
    expect(await lastAction()).toBe('session.end');
    expect(await works(browser)).toBe(true);
    expect(await works(other)).toBe(false);
  });

  test('somebody else’s session cannot be ended', async () => {
    const bram = await service.signedIn('bram@matchpunt.example');
    const [row] = await service.dataSource.query<{ id: string }[]>(
      `select s.id from sessions s join users u on u.id = s.user_id where u.email like 'bram@%'`,
    );
    await browser.get('/profile');
    const { fields } = browser.form('/profile/recovery-codes');
    await browser.post(`/profile/sessions/${row!.id}/end`, fields);
    expect(await works(bram)).toBe(true);
  });

  test('all others end together', async () => {
    const others = [await service.signedIn(anna), await service.signedIn(anna)];
    await browser.get('/profile');
    await browser.submit({}, '/profile/sessions/end-others');
    expect(await Promise.all(others.map(works))).toEqual([false, false]);
    expect(await works(browser)).toBe(true);
  });
});

describe('password', () => {
  const next = 'quiet harbour seven linden';

  test.each([
    ['a wrong present one', { password: 'not mine at all' }, 'This is not your password'],
    ['a short one', { newPassword: 'short', passwordAgain: 'short' }, 'at least 12 characters'],
    ['two that differ', { passwordAgain: `${next}!` }, 'are not the same'],
  ])('%s is refused and nothing changes', async (_name, change, sentence) => {
    const other = await service.signedIn(anna);
    await browser.get('/profile/password');
    const { password } = service.account(anna);
    await browser.submit({ password, newPassword: next, passwordAgain: next, ...change });
    expect(browser.page.status).toBe(422);
    expect(browser.words).toContain(sentence);
    expect(await works(other)).toBe(true);
  });

  test('one of a published breach is refused', async () => {
    const folder = await temporaryFolder();
    const list = join(folder.path, 'list.txt');
    const line = createHash('sha1').update(next).digest('hex').toUpperCase();
    writeFileSync(list, `${line}:3\n`);
    service.config.BREACHED_PASSWORDS_FILE = list;
    await browser.get('/profile/password');
    const { password } = service.account(anna);
    await browser.submit({ password, newPassword: next, passwordAgain: next });
    delete service.config.BREACHED_PASSWORDS_FILE;
    await folder.remove();
    expect(browser.page.status).toBe(422);
    expect(browser.words).toContain('This password is on a list of stolen ones.');
  });

  test('the new one counts, the old one does not, and other sessions end', async () => {
    const other = await service.signedIn(anna);
    const account = service.account(anna);
    const old = account.password;
    const cookie = [...browser.cookies.values()].join();
    await browser.get('/profile/password');
    await browser.submit({ password: old, newPassword: next, passwordAgain: next });
    expect(browser.words).toContain('Your password is changed');
    expect(await lastAction()).toBe('password.change');
    expect([...browser.cookies.values()].join()).not.toBe(cookie);
    expect(await works(other)).toBe(false);
    await service.visitor().signIn(account);
    account.password = next;
    expect(await works(await service.signedIn(anna))).toBe(true);
  });

  test('wrong ones are counted like those of the sign-in', async () => {
    for (let tries = 0; tries < 11; tries++) {
      await browser.get('/profile/password');
      await browser.submit({ password: 'wrong', newPassword: next, passwordAgain: next });
    }
    expect(browser.page.status).toBe(429);
  });

  test('a code stands in the same form when one is due: passwords are never carried over', async () => {
    service.clock.advance(16 * minute);
    await browser.get('/profile/password');
    expect(browser.page.text).toContain('name="stepUpCode"');
    const { password } = service.account(anna);
    await browser.submit({
      password,
      newPassword: 'linden seven quiet harbour',
      passwordAgain: 'linden seven quiet harbour',
      stepUpCode: freshCode(),
    });
    expect(browser.words).toContain('Your password is changed');
    service.account(anna).password = 'linden seven quiet harbour';
  });
});

describe('recovery codes', () => {
  test('new ones are shown once, and the earlier ones are void', async () => {
    await browser.get('/profile');
    await browser.submit({}, '/profile/recovery-codes');
    const codes = [...browser.page.text.matchAll(/<li><code>([^<]+)<\/code>/g)].map((m) => m[1]!);
    expect(codes).toHaveLength(10);
    await browser.get('/profile/recovery-codes');
    expect(browser.page.path).toBe('/profile');
    expect(browser.words).toContain('10 of 10 unused');
    expect(browser.page.text).not.toContain(codes[0]);

    const visitor = service.visitor();
    const { email, password } = service.account(anna);
    await visitor.get('/sign-in');
    await visitor.submit({ email, password });
    await visitor.get('/sign-in/recovery');
    await visitor.submit({ recoveryCode: codes[3]! });
    await browser.get('/profile');
    expect(browser.words).toContain('9 of 10 unused');
  });
});

test('what one signs in with is changed with password and code, unless the sign-in was just now', async () => {
  const fresh = await service.signedIn(anna);
  service.clock.advance(16 * minute);
  const code = () => totp(service.account(anna).totpKey, service.clock.now());
  await fresh.get('/profile');
  await fresh.submit({}, '/profile/sessions/end-others');
  await fresh.submit({ stepUpCode: code() });
  expect(fresh.page.path).toBe('/profile?done=sessions');
  for (const [page, action] of [
    ['/profile/passkeys/new', '/profile/passkeys'],
    ['/profile', '/profile/recovery-codes'],
  ] as const) {
    await fresh.get(page);
    await fresh.submit({}, action);
    expect(fresh.page.status).toBe(403);
    expect(fresh.words).toContain('Your password and a code from your app are needed');
  }
  service.clock.advance(minute);
  await fresh.submit({ stepUpPassword: 'not mine at all', stepUpCode: code() });
  expect(fresh.page.status).toBe(403);
  expect(fresh.words).toContain('This is not your password.');
  expect(fresh.page.text).not.toContain('not mine at all');
  await fresh.submit({ stepUpPassword: service.account(anna).password, stepUpCode: code() });
  expect(fresh.words).toContain('Store your new recovery codes');
  browser = await service.signedIn(anna);
});

test('of parallel renewals of the recovery codes ten codes remain', async () => {
  await browser.get('/profile');
  const { fields } = browser.form('/profile/recovery-codes');
  const runner = service.dataSource.createQueryRunner();
  await runner.startTransaction();
  await runner.query(`select 1 from users where email = $1 for update`, [anna]);
  const renewals = Promise.all(
    [1, 2].map(() =>
      browser.send('POST', '/profile/recovery-codes', new URLSearchParams(fields).toString()),
    ),
  );
  await waitingFor(runner, 2);
  await runner.commitTransaction();
  await runner.release();
  await renewals;
  await browser.get('/profile');
  expect(browser.words).toContain('10 of 10 unused');
});

describe('the authenticator app (A8)', () => {
  async function newKey(): Promise<string> {
    await browser.get('/profile/authenticator');
    await browser.submit({ password: service.account(anna).password });
    return /data-value="([A-Z2-7]+)"/.exec(browser.page.text)?.[1] ?? '';
  }

  test('needs the password and a code of the old one', async () => {
    await browser.get('/profile/authenticator');
    await browser.submit({ password: 'not mine at all' });
    expect(browser.words).toContain('This is not your password');
    service.clock.advance(16 * minute);
    await browser.get('/profile/authenticator');
    await browser.submit({ password: service.account(anna).password });
    expect(browser.page.status).toBe(403);
  });

  test('the old one works until a code of the new one is accepted', async () => {
    const key = await newKey();
    await browser.submit({ code: '000000' });
    expect(browser.words).toContain('This code is not right');
    expect(await works(await service.signedIn(anna))).toBe(true);
    await browser.get('/profile/authenticator');
    expect(browser.page.text).not.toContain(key);
  });

  test('replaces it, ends the other sessions, and the old one is no use any more', async () => {
    const other = await service.signedIn(anna);
    const key = await newKey();
    service.clock.advance(30_000);
    await browser.submit({ code: totp(key, service.clock.now()) });
    expect(browser.words).toContain('The new authenticator app is in use');
    expect(await lastAction()).toBe('factor.replace');
    expect(await works(other)).toBe(false);
    await expect(service.signedIn(anna)).rejects.toThrow('sign-in failed');
    service.account(anna).totpKey = key;
    expect(await works(await service.signedIn(anna))).toBe(true);
  });

  test('lapses after a quarter of an hour', async () => {
    const key = await newKey();
    service.clock.advance(15 * minute);
    await browser.submit({ code: totp(key, service.clock.now()) });
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain('Please begin anew');
  });

  test('no request can choose the key', async () => {
    await browser.get('/profile/authenticator');
    const mine = 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP';
    await browser.submit({ password: service.account(anna).password, key: mine, secret: mine });
    expect(browser.page.text).not.toContain(mine);
    service.clock.advance(30_000);
    await browser.submit({ code: totp(mine, service.clock.now()), key: mine });
    expect(browser.page.status).toBe(422);
  });
});

test.each([
  ['Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/142.0 Safari/537.36', 'Chrome on Windows'],
  [
    'Mozilla/5.0 (Windows NT 10.0) AppleWebKit Chrome/142.0 Safari/537.36 Edg/142.0',
    'Edge on Windows',
  ],
  ['Mozilla/5.0 (iPhone; CPU iPhone OS 18 like Mac OS X) Version/18 Safari/604.1', 'Safari on iOS'],
  ['Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko Firefox/140.0', 'Firefox on Linux'],
  ['curl/8.0', 'Unknown browser'],
])('%s', (agent, words) => {
  expect(browserText(agent)).toBe(words);
});

describe('the language', () => {
  const choose = (visitor: Visitor, language: string, next = '/profile') =>
    visitor.post('/language', { _csrf: anyToken(visitor), language, next });
  const anyToken = ({ page }: Visitor) => /name="_csrf" value="([^"]+)"/.exec(page.text)![1]!;
  const spoken = ({ page }: Visitor) => /<html lang="(\w+)"/.exec(page.text)?.[1];

  test('is that of the browser, until one is chosen; the choice goes along into the account', async () => {
    const visitor = service.visitor();
    await visitor.get('/sign-in', { 'accept-language': 'nl-BE, en;q=0.5' });
    expect(spoken(visitor)).toBe('nl');
    await choose(visitor, 'fr', '/sign-in?next=/profile');
    expect([spoken(visitor), visitor.page.path]).toEqual(['fr', '/sign-in?next=/profile']);
    // After a wrong password the way back is the page of the form, with what it leads to.
    await visitor.post(
      '/sign-in',
      { ...visitor.form().fields, email: anna, password: 'wrong' },
      { referer: `${service.url}/sign-in?next=/profile` },
    );
    expect(visitor.page.text).toContain('name="next" value="/sign-in?next=/profile"');
    service.clock.advance(30_000);
    await visitor.signIn(service.account(anna));
    expect([spoken(visitor), visitor.page.path]).toEqual(['fr', '/manage-api-credentials']);
    await choose(visitor, 'de');
    await visitor.get('/profile', { 'accept-language': 'es' });
    expect(spoken(visitor)).toBe('de');
    service.clock.advance(60_000);
    const other = await service.signedIn(anna);
    expect(spoken(other)).toBe('de');
    await choose(other, 'en');
  });

  test('chosen while the session is locked is that of the account, and can be changed again', async () => {
    const visitor = await service.signedIn(anna);
    service.clock.advance(61 * minute);
    await visitor.get('/profile', { 'accept-language': 'nl' });
    expect([spoken(visitor), visitor.page.path]).toEqual(['en', '/unlock?next=%2Fprofile']);
    await choose(visitor, 'fr', '/unlock?next=/profile');
    expect(spoken(visitor)).toBe('fr');
    await visitor.submit({ code: freshCode() });
    expect([spoken(visitor), visitor.page.path]).toEqual(['fr', '/profile']);
    await choose(visitor, 'de');
    expect(spoken(visitor)).toBe('de');
    await choose(visitor, 'en');
  });

  test('that does not exist changes nothing, and no address leads away', async () => {
    const visitor = await service.signedIn(anna);
    for (const language of ['xx', '', '__proto__', 'EN']) {
      await choose(visitor, language, '//evil.example/');
      expect([spoken(visitor), visitor.page.status]).toEqual(['en', 200]);
      expect(visitor.page.path).not.toContain('evil');
    }
  });
});
