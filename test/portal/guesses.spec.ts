import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { RefusedSignIns } from '../../src/authentication/refused-sign-ins.service.js';
import { Limits } from '../../src/platform/limits/limits.js';
import { altered } from '../support/altered.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const bram = 'bram@matchpunt.example';
const minute = 60_000;
const stranger = '203.0.113.9';
const office = '198.51.100.7';

let service: TestApp;

beforeAll(async () => {
  service = await startTestApp({ TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => service.close());
beforeEach(async () => {
  service.clock.advance(15 * minute);
  await service.dataSource.query('delete from attempts');
});

/** The status of a password given from this address. */
async function give(
  browser: Visitor,
  email: string,
  password: string,
  address: string,
): Promise<number> {
  await browser.get('/sign-in');
  const { action, fields } = browser.form();
  const body = new URLSearchParams({ ...fields, email, password }).toString();
  const { status } = await browser.send('POST', action, body, { 'x-forwarded-for': address });
  return status;
}

async function guess(times: number, email: string, address: string, browser = service.visitor()) {
  const statuses = [];
  for (let n = 0; n < times; n++) statuses.push(await give(browser, email, `no ${n}`, address));
  return statuses;
}

const passwordOf = (email: string) => service.account(email).password;

/** A browser in which this account has signed in and out again. */
async function knownBrowser(email: string): Promise<Visitor> {
  const browser = await service.signedIn(email);
  browser.cookies.delete('__Host-keyturn-session');
  return browser;
}

/** As if so many had guessed from all over the world. */
async function fillAccount(count: number): Promise<void> {
  await service.dataSource.query(
    `update attempts set count = $1 where key ~ '^password [0-9a-f]{64}$'`,
    [count],
  );
}

describe('guesses of a password', () => {
  test('from one place are stopped there, and not at the owner’s', async () => {
    const statuses = await guess(11, anna, stranger);
    expect(statuses.slice(0, 10).every((status) => status === 422)).toBe(true);
    expect(statuses[10]).toBe(429);
    expect(await give(service.visitor(), anna, passwordOf(anna), stranger)).toBe(429);
    expect(await give(service.visitor(), anna, passwordOf(anna), office)).toBe(303);
  });

  test('from one IPv6 network are counted together', async () => {
    await guess(5, anna, '2001:db8:1:2::1');
    await guess(5, anna, '2001:db8:1:2:aaaa::2');
    expect(await give(service.visitor(), anna, passwordOf(anna), '2001:db8:1:2::3')).toBe(429);
    expect(await give(service.visitor(), anna, passwordOf(anna), '2001:db8:1:3::3')).toBe(303);
  });

  test('from everywhere are stopped, too, but for a browser that signed in before', async () => {
    const known = await knownBrowser(anna);
    await guess(1, anna, stranger);
    await fillAccount(99);
    expect(await give(service.visitor(), anna, 'no', '203.0.113.20')).toBe(422);
    expect(await give(service.visitor(), anna, passwordOf(anna), office)).toBe(429);
    expect(await give(known, anna, passwordOf(anna), office)).toBe(303);
  });

  test('from a known browser have their own limit', async () => {
    const known = await knownBrowser(anna);
    expect((await guess(11, anna, office, known))[10]).toBe(429);
    expect(await give(known, anna, passwordOf(anna), '198.51.100.8')).toBe(429);
    expect(await give(service.visitor(), anna, passwordOf(anna), office)).toBe(303);
  });

  test('are not helped by a mark that is made up or of another account', async () => {
    const ofBram = await knownBrowser(bram);
    const madeUp = await knownBrowser(anna);
    const mark = madeUp.cookies.get('__Host-keyturn-device')!;
    madeUp.cookies.set('__Host-keyturn-device', altered(mark, 'first'));
    await guess(1, anna, stranger);
    await fillAccount(100);
    expect(await give(ofBram, anna, passwordOf(anna), office)).toBe(429);
    expect(await give(madeUp, anna, passwordOf(anna), office)).toBe(429);
  });

  test('leave no typed address behind, and nothing at all after an hour', async () => {
    await guess(1, 'my secret in the wrong field', stranger);
    const kept = async () =>
      JSON.stringify(await service.dataSource.query('select key from attempts'));
    expect(await kept()).toContain('password ');
    expect(await kept()).not.toContain('secret in');
    service.clock.advance(59 * minute);
    await service.app.get(Limits).forgetOld();
    expect(await kept()).toContain('password ');
    service.clock.advance(minute);
    await service.app.get(Limits).forgetOld();
    expect(await kept()).toBe('[]');
  });

  test('are audited behind the answer, which takes as long as for nobody’s address', async () => {
    const refused = service.app.get(RefusedSignIns);
    await refused.flush();
    const lock = service.dataSource.createQueryRunner();
    await lock.startTransaction();
    await lock.query('lock table audit_events in access exclusive mode');
    const at = service.clock.now();
    expect(await guess(1, anna, stranger)).toEqual([422]);
    await lock.rollbackTransaction();
    await lock.release();
    service.clock.advance(minute);
    await refused.flush();
    const [event] = await service.dataSource.query<object[]>(
      `select at, action, subject_name as subject, outcome, address, detail
       from audit_events order by id desc limit 1`,
    );
    expect(event).toEqual({
      at,
      action: 'session.sign_in',
      subject: anna,
      outcome: 'refused',
      address: stranger,
      detail: { reason: 'wrong password' },
    });
  });
});

describe('guesses of a code (A5)', () => {
  /** Anna's browser with the password given. */
  async function atTheCode(url = service.url): Promise<Visitor> {
    const browser = service.visitor(url);
    await browser.get('/sign-in');
    await browser.submit({ email: anna, password: passwordOf(anna) });
    return browser;
  }

  const code = () => totp(service.account(anna).totpKey, service.clock.now());

  async function wrong(browser: Visitor, times: number): Promise<void> {
    for (let n = 0; n < times; n++) await browser.submit({ code: '000000' });
  }

  async function mailsTo(address: string): Promise<string[]> {
    const rows = await service.dataSource.query<{ subject: string }[]>(
      `select subject from mails where to_address = $1 and kind = 'notice' order by created_at`,
      [address],
    );
    return rows.map(({ subject }) => subject);
  }

  async function failures(): Promise<number> {
    const [row] = await service.dataSource.query<{ failed_codes: number }[]>(
      `select failed_codes from totp_factors f join users u on u.id = f.user_id where email = $1`,
      [anna],
    );
    return row!.failed_codes;
  }

  test('are told to the owner once, at the fifth', async () => {
    const browser = await atTheCode();
    await wrong(browser, 4);
    expect(await mailsTo(anna)).toEqual([]);
    await wrong(browser, 1);
    expect(await mailsTo(anna)).toEqual(['Wrong codes were typed for your account']);
    await wrong(browser, 2);
    expect(browser.page.status).toBe(429);
    expect(await mailsTo(anna)).toHaveLength(1);
    expect(await failures()).toBe(5);
    service.clock.advance(15 * minute);
    const later = await atTheCode();
    await later.submit({ code: code() });
    expect(later.page.status).toBe(200);
    expect(await failures()).toBe(0);
  });

  test('switch the factor off at a hundred, on all instances, until IT resets it', async () => {
    await service.dataSource.query('update totp_factors set failed_codes = 97');
    const second = await service.secondInstance();
    const [here, there] = [await atTheCode(), await atTheCode(second.url)];
    await wrong(here, 1);
    await wrong(there, 1);
    expect(await failures()).toBe(99);
    expect(here.page.status).toBe(422);
    await wrong(here, 1);
    expect(here.page.status).toBe(403);
    expect(here.words).toContain('no code is taken any more');
    expect((await mailsTo(anna)).at(-1)).toBe('Your authenticator app is switched off');

    service.clock.advance(15 * minute);
    for (const browser of [await atTheCode(), await atTheCode(second.url)]) {
      await browser.submit({ code: code() });
      expect(browser.page.status).toBe(403);
    }
    await second.close();
    const recovery = await atTheCode();
    await recovery.get('/sign-in/recovery');
    await recovery.submit({ recoveryCode: 'aaaa-bbbb-cccc-dddd' });
    expect(recovery.page.status).toBe(403);
    expect(await failures()).toBe(100);

    await service.dataSource.query(
      `update totp_factors set failed_codes = 0 where user_id <> (select id from users where email = $1)`,
      [anna],
    );
    const it = await service.signedIn('ines@keyturn.example');
    const [user] = await service.dataSource.query<{ id: string }[]>(
      'select id from users where email = $1',
      [anna],
    );
    await it.get(`/admin/users/${user!.id}`);
    expect(it.words).toContain('locked after too many wrong codes');
    const [event] = await service.dataSource.query<object[]>(
      `select outcome from audit_events where action = 'factor.off'`,
    );
    expect(event).toEqual({ outcome: 'done' });
    await it.submit({ identityCheck: 'Called back' }, `/admin/users/${user!.id}/factor-reset`);
    expect(it.words).not.toContain('locked after too many');
    expect((await atTheCode()).page.path).toBe('/enrol');
  });

  test('a right code in time begins the count anew', async () => {
    await service.dataSource.query('update totp_factors set failed_codes = 99');
    const browser = await service.signedIn(bram);
    expect(browser.page.status).toBe(200);
    const [row] = await service.dataSource.query<{ failed_codes: number }[]>(
      `select failed_codes from totp_factors f join users u on u.id = f.user_id where email = $1`,
      [bram],
    );
    expect(row!.failed_codes).toBe(0);
  });
});

describe('a sign-in from a new place', () => {
  const subject = 'A sign-in from a new place';

  async function signIn(browser: Visitor, address: string): Promise<void> {
    service.clock.advance(minute);
    await service.dataSource.query('delete from attempts');
    await give(browser, bram, passwordOf(bram), address);
    await browser.get('/sign-in/code');
    const { action, fields } = browser.form();
    const code = totp(service.account(bram).totpKey, service.clock.now());
    const body = new URLSearchParams({ ...fields, code }).toString();
    const headers = { 'x-forwarded-for': address };
    expect((await browser.send('POST', action, body, headers)).headers.get('location')).toBe('/');
  }

  async function told(): Promise<number> {
    const [row] = await service.dataSource.query<{ count: number }[]>(
      'select count(*)::int as count from mails where subject = $1 and to_address = $2',
      [subject, bram],
    );
    return row!.count;
  }

  test('is told to the owner, but for known browsers and networks', async () => {
    const browser = service.visitor();
    await signIn(browser, office);
    const before = await told();
    await signIn(service.visitor(), office);
    browser.cookies.delete('__Host-keyturn-session');
    await signIn(browser, stranger);
    expect(await told()).toBe(before);
    await signIn(service.visitor(), '192.0.2.77');
    expect(await told()).toBe(before + 1);
    await signIn(service.visitor(), '192.0.2.77');
    expect(await told()).toBe(before + 1);
    service.clock.advance(91 * 24 * 60 * minute);
    await signIn(service.visitor(), '192.0.2.77');
    expect(await told()).toBe(before + 2);
  });
});
