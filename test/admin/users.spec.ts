import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { delivered } from '../support/delivered.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';
import {
  countEvents,
  csrfOf,
  errorAt,
  foreigner,
  idOf,
  it,
  lastEvents,
  leaver,
  manager,
  nowhere,
  optionsAt,
  valueAt,
} from './cast.js';

let service: TestApp;
let browser: Visitor;
let spain: string;
const pageOf = async (email: string) =>
  `/admin/users/${await idOf(service, 'users', 'email', email)}`;

beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
  spain = await idOf(service, 'organisations', 'slug', 'RID');
});
afterAll(() => service.close());

/** The path in the newest invitation to this address, when so many have been mailed. */
async function mailedLink(address: string, count = 1): Promise<string> {
  for (let tries = 0; tries < 100; tries++) {
    const mails = service.mailer.sent.filter(({ to }) => to.address === address);
    if (mails.length === count) {
      return new URL(/https?:\S+\/invitations\/\S+/.exec(mails.at(-1)!.text)![0]).pathname;
    }
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`no mail number ${count} to ${address}`);
}

async function invite(fields: Record<string, string>) {
  await browser.get('/admin/users/new');
  const good = { email: 'mateo@rid.example', name: 'Mateo Ruiz', organisationId: spain };
  return browser.submit({ ...good, ...fields }, '/admin/users');
}

describe('an invitation (R2)', () => {
  test('begins with the organisation it was asked for', async () => {
    await browser.get(`/admin/users/new?organisation=${spain}`);
    expect(optionsAt(browser, 'organisationId').chosen).toBe(spain);
    await browser.get('/admin/users/new?organisation=<script>');
    expect(browser.page.status).toBe(200);
  });

  test('makes an account, and leaves an audit event', async () => {
    await invite({ email: ' Mateo@RID.example ' });
    expect(browser.page.path).toMatch(/^\/admin\/users\/[0-9a-f-]{36}\?done=invited$/);
    expect(browser.words).toMatch(/Registro Ibérico de Donantes Mateo Ruiz Invited/);
    expect(browser.words).toContain('mateo@rid.example');
    expect(browser.words).toContain('can be used until Fri 4 December 2026');
    expect(await lastEvents(service)).toMatchObject([
      { action: 'user.invite', actor: 'Inês Carvalho', subject: 'mateo@rid.example' },
    ]);
    const guest = service.visitor();
    expect((await guest.get(await mailedLink('mateo@rid.example'))).status).toBe(200);
    expect(guest.words).toContain('Registro Ibérico de Donantes');
  });

  test.each([
    [{ email: 'mateo@rid.example' }, 'email', /There is an account/],
    [{ email: 'OLGA@matchpunt.example' }, 'email', /There is an account/],
    [{ email: '' }, 'email', /e-mail address/],
    [{ email: 'nobody' }, 'email', /e-mail address/],
    [{ email: 'a@x.example, b@x.example' }, 'email', /e-mail address/],
    [{ email: 'a@x.example\r\nBcc: b@x.example' }, 'email', /e-mail address/],
    [{ email: '"a b"@x.example' }, 'email', /e-mail address/],
    [{ email: '"a\\"@b"@x.example' }, 'email', /e-mail address/],
    [{ email: 'a\u0000@x.example' }, 'email', /e-mail address/],
    [{ name: '' }, 'name', /./],
    [{ name: 'x'.repeat(101) }, 'name', /100 characters/],
    [{ name: 'a\nb' }, 'name', /control characters/],
    [{ organisationId: '' }, 'organisationId', /Choose an organisation/],
    [{ organisationId: 'x' }, 'organisationId', /Choose an organisation/],
    [{ organisationId: nowhere }, 'organisationId', /Choose an organisation/],
  ])('refuses %j and keeps the rest', async (wrong, field, sentence) => {
    const before = await countEvents(service);
    await invite({ email: 'new@rid.example', ...wrong });
    expect(browser.page.status).toBe(422);
    expect(errorAt(browser, field)).toMatch(sentence);
    if (field !== 'name') expect(valueAt(browser, 'name')).toBe('Mateo Ruiz');
    if (field !== 'email') expect(valueAt(browser, 'email')).toBe('new@rid.example');
    expect(await countEvents(service)).toBe(before);
  });

  test('can be sent again until the first sign-in', async () => {
    const page = await pageOf('mateo@rid.example');
    const earlier = await mailedLink('mateo@rid.example');
    service.clock.advance(60_000);
    await browser.get(page);
    await browser.submit({}, `${page}/invitation`);
    expect(browser.page.path).toBe(`${page}?done=invited-again`);
    expect(await lastEvents(service)).toMatchObject([{ action: 'user.invite' }]);
    const rows = await service.dataSource.query<{ revoked: boolean }[]>(
      `select i.revoked_at is not null as revoked from invitations i
       join users u on u.id = i.user_id where u.email = 'mateo@rid.example' order by i.created_at`,
    );
    expect(rows).toEqual([{ revoked: true }, { revoked: false }]);
    const later = await mailedLink('mateo@rid.example', 2);
    const guest = service.visitor();
    expect((await guest.get(earlier)).status).not.toBe(200);
    expect((await guest.get(later)).status).toBe(200);

    const active = await pageOf(manager);
    await browser.get(active);
    expect(browser.words).not.toContain('Invite again');
    const fields = csrfOf(browser);
    expect((await browser.post(`${active}/invitation`, fields)).status).toBe(409);
    expect(browser.words).toContain('has completed the first sign-in');
  });

  test('for operator staff needs a second step to give the IT role', async () => {
    await invite({ email: 'tom@keyturn.example', name: 'Tom', organisationId: 'operator' });
    const page = browser.page.path.split('?')[0]!;
    expect(browser.words).toContain('Operator staff Tom Invited');
    expect(browser.words).toContain('No role.');
    await browser.submit({}, `${page}/it`);
    expect(browser.page.path).toBe(`${page}?done=role-given`);
    expect(browser.words).toMatch(/Action IT not needed/);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'role.give', subject: 'tom@keyturn.example', detail: { role: 'it' } },
    ]);
    const fields = csrfOf(browser);
    expect((await browser.post(`${page}/it`, fields)).status).toBe(409);
  });
});

describe('a lost device (R12)', () => {
  test('needs a note about the identity check, ends sessions and forces an enrolment', async () => {
    const bram = await service.signedIn('bram@matchpunt.example');
    const page = await pageOf('bram@matchpunt.example');
    await browser.get(page);
    await browser.submit({ identityCheck: '' }, `${page}/factor-reset`);
    expect(browser.page.status).toBe(422);
    expect(errorAt(browser, 'identityCheck')).toBe('Type how you checked who it is.');
    await browser.submit({ identityCheck: 'Called back' }, `${page}/factor-reset`);
    expect(browser.page.path).toBe(`${page}?done=factor-reset`);
    expect(browser.words).toContain('not set up; the next sign-in asks for it');
    expect(await lastEvents(service)).toMatchObject([
      {
        action: 'factor.reset',
        subject: 'bram@matchpunt.example',
        detail: { identityCheck: 'Called back' },
      },
    ]);
    expect((await bram.get('/manage-api-credentials')).path).toMatch(/^\/sign-in/);
    const { email, password } = service.account('bram@matchpunt.example');
    await bram.submit({ email, password });
    expect(bram.page.path).toMatch(/^\/enrol/);
  });

  test('is not for oneself', async () => {
    const page = await pageOf(it);
    await browser.get(page);
    expect(browser.words).not.toContain('Lost device');
    const fields = { ...csrfOf(browser), identityCheck: 'It is me' };
    expect((await browser.post(`${page}/factor-reset`, fields)).status).toBe(409);
    expect(browser.words).toContain('Somebody else in IT has to do this for you.');
  });
});

describe('a forgotten password', () => {
  const words = 'quiet harbour seven linden';
  const owner = foreigner;
  let page: string;

  /** The path in the newest mail with a link, and how many such mails there are. */
  async function links(): Promise<string[]> {
    await delivered(service.app);
    return service.mailer.sent
      .filter(({ to, subject }) => to.address === owner && subject === 'Choose another password')
      .map(({ text }) => /https?:\S+(\/password-resets\/[\w-]{43})(?!\S)/.exec(text)![1]!);
  }

  async function send(): Promise<string> {
    await browser.get(page);
    await browser.submit({ identityCheck: 'Called back' }, `${page}/password-reset`);
    expect(browser.page.path).toBe(`${page}?done=password-reset-sent`);
    return (await links()).at(-1)!;
  }

  const nextCode = () => {
    service.clock.advance(30_000);
    return totp(service.account(owner).totpKey, service.clock.now());
  };

  beforeAll(async () => {
    page = await pageOf(owner);
  });

  test('needs a note about the identity check, and is for nobody who has not signed in', async () => {
    await browser.get(page);
    await browser.submit({ identityCheck: ' ' }, `${page}/password-reset`);
    expect(browser.page.status).toBe(422);
    expect(browser.words).toContain('Type how you checked who it is.');
    const fields = { ...csrfOf(browser), identityCheck: 'Called back' };
    const own = await pageOf(it);
    expect((await browser.post(`${own}/password-reset`, fields)).status).toBe(409);
    const invited = await pageOf('noor@matchpunt.example');
    expect((await browser.post(`${invited}/password-reset`, fields)).status).toBe(409);
    expect(await links()).toEqual([]);
  });

  test('is replaced by a link of single use and a second factor; every session ends', async () => {
    const session = await service.signedIn(owner);
    const earlier = await send();
    const link = await send();
    expect(await lastEvents(service)).toMatchObject([
      { action: 'password.send_reset', subject: owner, detail: { identityCheck: 'Called back' } },
    ]);
    const [stored] = await service.dataSource.query<object[]>('select * from password_resets');
    expect(JSON.stringify(stored)).not.toContain(link.slice(-43));

    const guest = service.visitor();
    expect((await guest.get(earlier)).status).toBe(410);
    await guest.get(link);
    expect(guest.page.headers.get('referrer-policy')).toBe('no-referrer');
    const password = { password: words, passwordAgain: words };
    await guest.submit({ ...password, code: '000000' });
    expect(guest.page.status).toBe(422);
    expect(guest.page.text).not.toContain(words);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'password.reset', outcome: 'refused', subject: owner, address: '127.0.0.1' },
    ]);
    await guest.submit({ ...password, passwordAgain: `${words}!`, code: nextCode() });
    expect(guest.words).toContain('The two passwords are not the same.');
    await guest.submit({
      password: 'password1234',
      passwordAgain: 'password1234',
      code: nextCode(),
    });
    expect(guest.words).toContain('Many people use this password.');
    expect((await session.get('/profile')).path).toBe('/profile');

    await guest.submit({ ...password, code: nextCode() });
    expect(guest.words).toContain('Your password is set');
    expect(await lastEvents(service)).toMatchObject([
      { action: 'password.reset', outcome: 'done' },
    ]);
    await delivered(service.app);
    expect(service.mailer.sent.at(-1)).toMatchObject({
      to: { address: owner },
      subject: 'Your password was changed',
    });
    expect((await session.get('/profile')).path).toMatch(/^\/sign-in/);
    expect((await guest.get(link)).status).toBe(410);
    service.account(owner).password = words;
    expect((await service.signedIn(owner)).page.status).toBe(200);
  });

  test('of several answers at once one sets the password', async () => {
    const link = await send();
    const visitors = [service.visitor(), service.visitor()];
    const code = nextCode();
    const answers = await Promise.all(
      visitors.map(async (visitor, index) => {
        await visitor.get(link);
        const password = `${words} number ${index}`;
        return visitor.submit({ password, passwordAgain: password, code });
      }),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 410]);
    const won = answers.findIndex(({ status }) => status === 200);
    service.account(owner).password = `${words} number ${won}`;
  });

  test('is no way past the count of codes, and a link lives a day', async () => {
    const link = await send();
    const guest = service.visitor();
    await guest.get(link);
    const password = { password: words, passwordAgain: words };
    for (let tries = 0; tries < 5; tries++) await guest.submit({ ...password, code: '000000' });
    await guest.submit({ ...password, code: nextCode() });
    expect(guest.page.status).toBe(429);
    await service.dataSource.query('delete from attempts');
    service.clock.advance(24 * 3_600_000);
    expect((await guest.get(link)).status).toBe(410);
    browser = await service.signedIn(it);
  });

  test('after a reset of the second factor another link is needed', async () => {
    const link = await send();
    await browser.submit({ identityCheck: 'Called back' }, `${page}/factor-reset`);
    expect((await service.visitor().get(link)).status).toBe(410);
    const later = await send();
    const guest = service.visitor();
    await guest.get(later);
    expect(guest.words).not.toContain('Code from your authenticator app');
    await guest.submit({ password: words, passwordAgain: words });
    expect(guest.words).toContain('Your password is set');
    await guest.get('/sign-in');
    await guest.submit({ email: owner, password: words });
    expect(guest.page.path).toMatch(/^\/enrol/);
  });
});

describe('sessions of somebody else', () => {
  test('end at once, and nothing else of the account does', async () => {
    const page = await pageOf(manager);
    const open = [await service.signedIn(manager), await service.signedIn(manager)];
    await browser.get(page);
    await browser.submit({}, `${page}/sessions/end`);
    expect(browser.page.path).toBe(`${page}?done=sessions-ended`);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'session.end_all', subject: manager },
    ]);
    for (const each of open) expect((await each.get('/profile')).path).toMatch(/^\/sign-in/);
    expect((await service.signedIn(manager)).page.status).toBe(200);
  });

  test('are ten at most: of more, the one that was not used for longest ends', async () => {
    await service.dataSource.query(`delete from sessions`);
    browser = await service.signedIn(it);
    const first = await service.signedIn(manager);
    const second = await service.signedIn(manager);
    await service.dataSource.query(
      `insert into sessions (id, token_digest, user_id, stage, created_at, seen_at)
       select gen_random_uuid(), decode(md5(n::text), 'hex'), user_id, stage, created_at, seen_at
       from sessions s, generate_series(1, 8) n where s.seen_at =
         (select max(seen_at) from sessions x where x.user_id = s.user_id) and s.user_id =
         (select id from users where email = $1)`,
      [manager],
    );
    expect((await second.get('/profile')).path).toBe('/profile');
    const last = await service.signedIn(manager);
    expect((await first.get('/profile')).path).toMatch(/^\/sign-in/);
    expect((await second.get('/profile')).path).toBe('/profile');
    expect((await last.get('/profile')).path).toBe('/profile');
    await service.dataSource.query(`delete from sessions where address is null`);
  });
});

describe('closing an account (R7, R13)', () => {
  test('asks first and lists the secrets that live on', async () => {
    const page = await pageOf(manager);
    await browser.get(`${page}/close`);
    expect(browser.words).toContain('Close this account?');
    expect(browser.words).toMatch(/Donor upload Active Partner-NL-Matchpunt-DM, ends/);
    expect(browser.words).toContain('Laboratory link');
    expect(browser.words).not.toContain('Donor upload, last year');
    const left =
      'Nobody else manages Partner-NL-Matchpunt-DM and PartnerAlternative-NL-Matchpunt-SMC: appoint someone, or its secrets cannot be replaced. One credential manager is left for Partner-NL-Matchpunt-SMC.';
    expect(browser.words).toContain(left);
    const session = await service.signedIn(manager);
    await browser.submit({}, `${page}/close`);
    expect(browser.words).toContain(`It cannot sign in any more. ${left}`);
    expect(browser.page.path).toBe(`${page}?done=closed`);
    expect(browser.words).toMatch(/Anna Visser Closed/);
    expect(browser.words).toContain('Laboratory link');
    expect(browser.words).not.toContain('Give a role');
    expect(await lastEvents(service)).toMatchObject([{ action: 'user.close', subject: manager }]);
    expect((await session.get('/manage-api-credentials')).path).toMatch(/^\/sign-in/);
  });

  test('is not for oneself and not done twice', async () => {
    const fields = csrfOf(browser);
    const own = await pageOf(it);
    expect((await browser.get(`${own}/close`)).path).toBe(own);
    expect((await browser.post(`${own}/close`, fields)).status).toBe(409);
    expect(browser.words).toContain('You cannot close your own account.');
    const closed = await pageOf(leaver);
    expect((await browser.get(`${closed}/close`)).path).toBe(closed);
    for (const path of ['close', 'invitation', 'factor-reset']) {
      const page = await browser.post(`${closed}/${path}`, { ...fields, identityCheck: 'x' });
      expect(page.status).toBe(404);
    }
  });
});

test('the page of someone who has left shows which secrets they made', async () => {
  await browser.get(await pageOf(leaver));
  expect(browser.words).toMatch(/Pieter Smit Closed/);
  expect(browser.words).toMatch(/Search gateway, old key Partner-NL-Matchpunt-SMC Ends soon/);
  expect(browser.words).toMatch(/Night export 2025 Partner-NL-Matchpunt-SMC Replaced/);
});
