import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import {
  countEvents,
  csrfOf,
  errorAt,
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
