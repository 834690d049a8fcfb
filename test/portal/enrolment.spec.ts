import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Resets } from '../../src/authentication/resets.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';

const noor = 'noor@matchpunt.example';
const password = 'Lantern quietly beneath 7 oaks';

let service: TestApp;
let link: string;

beforeAll(async () => {
  service = await startTestApp();
  link = lastLink();
});
afterAll(() => service.close());

/** The path in the last invitation that was mailed. */
function lastLink(): string {
  const { text } = service.mailer.sent.filter(({ to }) => to.address === noor).at(-1)!;
  return new URL(/https?:\/\/\S+\/invitations\/\S+/.exec(text)![0]).pathname;
}

async function accept(browser: Visitor, fields = {}): Promise<void> {
  await browser.get(link);
  await browser.submit({ password, passwordAgain: password, ...fields });
}

function keyOn(browser: Visitor): string {
  return /\b[A-Z2-7]{32}\b/.exec(browser.page.text.replace(/ /g, ''))![0];
}

function codesOn(browser: Visitor): string[] {
  return [...new Set(browser.words.match(/\b[2-9a-hjkmnp-z]{4}(-[2-9a-hjkmnp-z]{4}){5}\b/g))];
}

describe('the first sign-in (R2)', () => {
  const browser = () => service.visitor();
  let person: Visitor;
  let key: string;
  let codes: string[];

  test.each([
    ['a short password', { password: 'short', passwordAgain: 'short' }, 'at least 12'],
    ['two different passwords', { passwordAgain: 'something else 123' }, 'not the same'],
    [
      'a common password',
      { password: 'password1234', passwordAgain: 'password1234' },
      'Many people',
    ],
  ])('refuses %s and keeps the invitation', async (_, fields, sentence) => {
    const visitor = browser();
    await accept(visitor, fields);
    expect(visitor.page.status).toBe(422);
    expect(visitor.words).toContain(sentence);
    expect(visitor.page.text).not.toContain('something else 123');
  });

  test('says whom it is for, and does not leak the link by a referrer', async () => {
    const visitor = browser();
    await visitor.get(link);
    expect(visitor.words).toContain('Noor Bakker');
    expect(visitor.words).toContain('Stichting Matchpunt');
    expect(visitor.page.headers.get('referrer-policy')).toBe('no-referrer');
  });

  test('goes from password to authenticator app, and signs out who used the browser before', async () => {
    person = await service.signedIn('anna@matchpunt.example');
    const before = [...person.cookies].map((each) => each.join('=')).join('; ');
    await accept(person);
    expect(person.page.path).toBe('/enrol');
    const old = await person.send('GET', '/profile', undefined, { cookie: before });
    expect(old.status).toBe(303);
    expect(person.page.text).toContain('<svg');
    key = keyOn(person);
  });

  test('takes the invitation once', async () => {
    const second = browser();
    await second.get(link);
    expect(second.page.status).toBe(410);
  });

  test('cannot be cut short', async () => {
    for (const path of ['/manage-api-credentials', '/enrol/recovery-codes', '/sign-in/code', '/']) {
      await person.get(path);
      expect(person.page.path).toBe('/enrol');
    }
  });

  test('keeps the key while it is being scanned, and takes no other', async () => {
    expect(keyOn(person)).toBe(key);
    await person.submit({ code: '000000', key: 'JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP' });
    expect(person.page.status).toBe(422);
    expect(keyOn(person)).toBe(key);
  });

  test('shows one key to requests that come at once', async () => {
    service.clock.advance(15 * 60_000 - 1);
    await person.get('/enrol');
    expect(keyOn(person)).toBe(key);
    service.clock.advance(1);
    const lock = service.dataSource.createQueryRunner();
    await lock.startTransaction();
    await lock.query('select 1 from sessions for update');
    const pages = [1, 2, 3].map(() => person.send('GET', '/enrol'));
    await waitingFor(lock, 3);
    await lock.commitTransaction();
    await lock.release();
    const shown = await Promise.all((await Promise.all(pages)).map((page) => page.text()));
    await person.get('/enrol');
    key = keyOn(person);
    for (const text of shown) expect(text.replace(/ /g, '')).toContain(key);
  });

  test('shows ten recovery codes once', async () => {
    await person.submit({ code: totp(key, service.clock.now()) });
    codes = codesOn(person);
    expect(codes).toHaveLength(10);
    await person.get('/enrol/recovery-codes');
    expect(codesOn(person)).toHaveLength(0);
    await person.get('/manage-api-credentials');
    expect(person.page.path).toBe('/enrol/recovery-codes');
    await person.submit({});
    const renewed = codesOn(person);
    expect(renewed).toHaveLength(10);
    expect(renewed).not.toEqual(codes);
    codes = renewed;
  });

  test('leads whoever left before they were stored back to them', async () => {
    service.clock.advance(30_000);
    const visitor = browser();
    await visitor.get('/sign-in');
    await visitor.submit({ email: noor, password });
    await visitor.submit({ code: totp(key, service.clock.now()) });
    expect(visitor.page.path).toBe('/enrol/recovery-codes');
  });

  test('wants to hear that they are stored', async () => {
    const { action, fields } = person.form();
    await person.post(action, fields);
    expect(person.page.status).toBe(422);
    await person.get('/enrol/recovery-codes');
    await person.submit({});
    codes = codesOn(person);
    const { fields: stored } = person.form();
    // A language that is chosen on the way goes along into the account, and not beyond.
    await person.post('/language', { ...stored, language: 'fr' });
    await person.post('/enrol/done', { ...stored, stored: 'yes' });
    expect(person.page.text).toContain('<html lang="fr"');
    await person.post('/language', { ...stored, language: 'en' });
    expect(person.page.text).toContain('<html lang="en"');
    expect(person.page.path).toBe('/manage-api-credentials');
    expect(person.words).toContain('Partner-NL-Matchpunt-DM');
    expect(person.words).not.toContain('Partner-NL-Matchpunt-SMC');
  });

  test('leaves an audit event of every step', async () => {
    const rows = await service.dataSource.query<{ action: string }[]>(
      `select action from audit_events where actor_name = 'Noor Bakker' order by id`,
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'invitation.accept',
      'factor.enrol',
      'recovery_codes.renew',
      'session.sign_in',
      'recovery_codes.renew',
      'session.sign_in',
    ]);
  });

  test('a recovery code signs in once, typed as people type', async () => {
    const [code] = codes;
    for (const [typed, status] of [
      [code!.toUpperCase().replaceAll('-', ' '), 200],
      [code!, 422],
    ] as const) {
      const visitor = browser();
      await visitor.get('/sign-in');
      await visitor.submit({ email: noor, password });
      await visitor.get('/sign-in/recovery');
      await visitor.submit({ recoveryCode: typed });
      expect(visitor.page.status).toBe(status);
    }
  });

  test('an invitation opens nothing after the first sign-in, and none stays open', async () => {
    const { dataSource } = service;
    const reopen = () =>
      dataSource.query(
        `update invitations i set used_at = null, revoked_at = null from users u
         where u.id = i.user_id and u.email = $1`,
        [noor],
      );
    const anyOpen = async () => {
      const rows = await dataSource.query<unknown[]>(
        `select 1 from invitations i join users u on u.id = i.user_id
         where u.email = $1 and used_at is null and revoked_at is null`,
        [noor],
      );
      return rows.length > 0;
    };
    const visitor = browser();
    await reopen();
    await visitor.get(link);
    expect(visitor.page.status).toBe(410);
    // A form that was opened before: the page is gone for whoever posts it, too.
    await visitor.get('/sign-in');
    const { _csrf } = visitor.form().fields;
    await visitor.post(link, {
      _csrf: _csrf!,
      password: `${password}!`,
      passwordAgain: `${password}!`,
    });
    expect(visitor.page.status).toBe(410);

    const [{ id } = { id: '' }] = await dataSource.query<{ id: string }[]>(
      'select id from users where email = $1',
      [noor],
    );
    const it = { id: null, name: 'Keyturn', address: null };
    await service.app.get(Resets).resetFactor(it, id, 'Called back.');
    expect(await anyOpen()).toBe(false);

    // The way back is the password, and a factor is enrolled (R12).
    await visitor.get('/sign-in');
    await visitor.submit({ email: noor, password });
    expect(visitor.page.path).toBe('/enrol');
    await reopen();
    await visitor.submit({ code: totp(keyOn(visitor), service.clock.now()) });
    expect(await anyOpen()).toBe(false);
    await reopen();
    await visitor.submit({ stored: 'yes' });
    expect(visitor.page.path).toBe('/manage-api-credentials');
    expect(await anyOpen()).toBe(false);
  });

  test('an invitation is void after 72 hours', async () => {
    const ines = await service.signedIn('ines@keyturn.example');
    const invite = async (email: string) => {
      await ines.get('/admin/users/new');
      const [option] = /value="([0-9a-f-]{36})"[^>]*>[^<]*Matchpunt/.exec(ines.page.text)!.slice(1);
      await ines.submit({ email, name: 'New Person', organisationId: option! });
      const { text } = service.mailer.sent.at(-1)!;
      return new URL(/https?:\/\/\S+\/invitations\/\S+/.exec(text)![0]).pathname;
    };
    const late = await invite('late@matchpunt.example');
    service.clock.advance(72 * 3_600_000);
    const visitor = browser();
    await visitor.get(late);
    expect(visitor.page.status).toBe(410);
  });
});
