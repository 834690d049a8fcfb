import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { catalogues } from '../../src/platform/language/catalogues.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';

let service: TestApp;
let browser: Visitor;
let it: Visitor;
let page: string;

beforeAll(async () => {
  service = await startTestApp();
  const [row] = await service.dataSource.query<{ id: string }[]>(
    'select id from users where email = $1',
    [anna],
  );
  page = `/admin/users/${row!.id}`;
  browser = await service.signedIn(anna);
  it = await service.signedIn('ines@keyturn.example');
});
afterAll(() => service.close());

/** The mails to Anna, as soon as one has this subject. */
async function mailed(subject: string) {
  for (let tries = 0; tries < 200; tries++) {
    const mail = service.mailer.sent.find(
      (each) => each.subject === subject && each.to.address === anna,
    );
    if (mail) return mail;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`${subject}? There is ${service.mailer.sent.map((each) => each.subject).join()}`);
}

/** How many of them were written. */
async function written(subject: string): Promise<number> {
  const [row] = await service.dataSource.query<{ count: number }[]>(
    'select count(*)::int as count from mails where subject = $1 and to_address = $2',
    [subject, anna],
  );
  return row!.count;
}

/** One mail to the owner alone, which says when, and where to turn to, and has no power. */
async function expectMail(subject: string, sentence: string): Promise<void> {
  const { to, text, html } = await mailed(subject);
  expect(to.name).toBe('Anna Visser');
  for (const part of [text, html]) {
    expect(part).toContain(sentence);
    expect(part).toContain('2 December 2026');
    expect(part).toContain('support@keyturn.example');
  }
  const links = [...html.matchAll(/href="([^"]*)"/g)].map(([, href]) => href!);
  for (const link of links) {
    expect(link).toMatch(/^(http:\/\/localhost:3000\/profile(\/password)?|mailto:.*)$/);
  }
  expect(await written(subject)).toBe(1);
}

/** A code that was not used yet. */
function code(): string {
  service.clock.advance(30_000);
  return totp(service.account(anna).totpKey, service.clock.now());
}

async function givePassword(visitor: Visitor): Promise<void> {
  await visitor.get('/sign-in');
  await visitor.submit({ email: anna, password: service.account(anna).password });
}

test('another password', async () => {
  service.clock.set(new Date('2026-12-02T09:00:00Z'));
  browser = await service.signedIn(anna);
  it = await service.signedIn('ines@keyturn.example');
  const password = 'quiet harbour seven linden';
  await browser.get('/profile/password');
  await browser.submit({
    password: service.account(anna).password,
    newPassword: password,
    passwordAgain: password,
  });
  service.account(anna).password = password;
  await expectMail('Your password was changed', 'from the address 127.0.0.1');
});

test('another authenticator app', async () => {
  await browser.get('/profile/authenticator');
  await browser.submit({ password: service.account(anna).password });
  const key = /data-value="([A-Z2-7]+)"/.exec(browser.page.text)![1]!;
  service.account(anna).totpKey = key;
  await browser.submit({ code: code() });
  await expectMail('Your authenticator app was replaced', 'gives no valid codes any more');
  expect((await mailed('Your authenticator app was replaced')).text).not.toContain(key);
});

test('new recovery codes, and a recovery code that is used', async () => {
  await browser.get('/profile');
  await browser.submit({}, '/profile/recovery-codes');
  const [, recoveryCode] = /<li><code>([^<]+)<\/code>/.exec(browser.page.text)!;
  await expectMail('You have new recovery codes', 'The earlier ones are void.');
  const visitor = service.visitor();
  await givePassword(visitor);
  await visitor.get('/sign-in/recovery');
  await visitor.submit({ recoveryCode: recoveryCode! });
  expect(visitor.page.path).toBe('/manage-api-credentials');
  await expectMail('A recovery code was used to sign in', 'That code is used up.');

  // It signs in, and is no code of the app: a change asks for one (R9).
  await visitor.get('/profile');
  await visitor.submit({}, '/profile/sessions/end-others');
  expect(visitor.page.status).toBe(403);
  expect(visitor.words).toContain('Confirm with a code');
});

test('a reset, and the next app', async () => {
  await it.get(page);
  await it.submit({ identityCheck: 'Called back' }, `${page}/factor-reset`);
  expect(it.page.path).toBe(`${page}?done=factor-reset`);
  await expectMail('Your authenticator app was reset', 'Your recovery codes are void');
  const visitor = service.visitor();
  await givePassword(visitor);
  const key = /\b[A-Z2-7]{32}\b/.exec(visitor.page.text.replace(/ /g, ''))![0];
  service.account(anna).totpKey = key;
  await visitor.submit({ code: code() });
  expect(visitor.words).toContain('ecovery codes');
  await expectMail('An authenticator app was set up for your account', 'After the reset');
  await visitor.get('/enrol/recovery-codes');
  await visitor.submit({});
  expect(await written('You have new recovery codes')).toBe(1);
});

test('in the language of the account', async () => {
  const before = catalogues.get('fr')!;
  const subject = 'Vos codes sont nouveaux';
  catalogues.set('fr', {
    'You have new recovery codes': subject,
    'New recovery codes were made for your Keyturn account on {0}. The earlier ones are void.':
      'Faits le {0}.',
  });
  await service.dataSource.query(`update users set language = 'fr' where email = $1`, [anna]);
  browser = await service.signedIn(anna);
  await browser.get('/profile');
  await browser.submit({}, '/profile/recovery-codes');
  const { text, html } = await mailed(subject);
  expect(text).toMatch(
    /^Faits le mer\. 2 décembre 2026, .* UTC, from the address 127\.0\.0\.1\.$/m,
  );
  expect(html).toContain('<html lang="fr">');
  await service.dataSource.query(`update users set language = 'en' where email = $1`, [anna]);
  catalogues.set('fr', before);
});

test('the end of the account', async () => {
  await it.get(`${page}/close`);
  await it.submit({}, `${page}/close`);
  await expectMail('Your account was closed', 'You cannot sign in any more');
});

test('a change that is not done is not told', async () => {
  const [before] = await service.dataSource.query<{ count: string }[]>(
    'select count(*) from mails',
  );
  await it.get('/admin/users');
  const token = /name="_csrf" value="([^"]+)"/.exec(it.page.text)![1]!;
  await it.post(`${page}/close`, { _csrf: token });
  expect(it.page.status).toBe(404);
  const [after] = await service.dataSource.query<{ count: string }[]>('select count(*) from mails');
  expect(after).toEqual(before);
});
