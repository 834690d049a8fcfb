import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { signInResource } from '../../src/applications/sign-in-resource.js';
import { cookieName } from '../../src/platform/web/cookies.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { totp } from '../support/totp.js';
import { unescape, type Visitor } from '../support/visitor.js';
import { HeaderCast, type HeaderProgram } from './header-cast.js';

const grace = 'grace@lanetrust.example';
const failed = 'https://shop.example/failed';

let service: TestApp;
let cast: HeaderCast;
/** With an address for what comes to nothing, and test users; and without. */
let shop: HeaderProgram;
let trial: HeaderProgram;
let browser: Visitor;
let other: Visitor;
let anna: Visitor;

beforeAll(async () => {
  service = await startTestApp();
  cast = new HeaderCast(service);
  const test = { environment: 'test' } as const;
  shop = await cast.program('Partner-GB-LaneTrust-SMC', 'shop.example', {
    ...test,
    fallbackUri: failed,
  });
  trial = await cast.program('Partner-NL-Matchpunt-SMC', 'trial.example', test);
  await cast.grantUserinfo(shop.applicationId);
  await cast.makeTester(shop.applicationId, (await cast.person(grace)).id);
  browser = await service.signedIn(grace);
  other = await service.signedIn('bram@matchpunt.example');
  anna = await service.signedIn('anna@matchpunt.example');
});
afterAll(() => service.close());

const pathOf = (token: string) => `/sign-in-to/${token}`;

/** Presses a button of the page that is shown; redirects are not followed. */
function press(
  visitor: Visitor,
  decision: string,
  more: Record<string, string> = {},
  headers: Record<string, string> = {},
): Promise<Response> {
  const { fields } = visitor.form(visitor.page.path);
  const sent = new URLSearchParams({ ...fields, decision, ...more });
  return visitor.send('POST', visitor.page.path, sent.toString(), headers);
}

/** What any form of the session carries. */
async function blank(visitor: Visitor): Promise<Record<string, string>> {
  await visitor.get('/profile');
  const { _csrf } = visitor.form().fields;
  return { _csrf: _csrf! };
}

const whereTo = (response: Response) => ({
  status: response.status,
  to: response.headers.get('location'),
});

async function approvals(): Promise<number> {
  const [row] = await service.dataSource.query<[{ count: number }]>(
    `select count(*)::int as count from audit_events where action = 'client_user.sign_in'`,
  );
  return row.count;
}

describe('the page of a sign-in', () => {
  let token: string;
  beforeEach(async () => {
    token = await cast.start(shop);
  });

  test('is reached through password and code, says who asks for what, and leads back', async () => {
    const visitor = service.visitor();
    await visitor.get(pathOf(token));
    service.clock.advance(30_000);
    const { email, password, totpKey } = service.account(grace);
    await visitor.submit({ email, password });
    const page = await visitor.submit({ code: totp(totpKey, service.clock.now()) });
    expect({ path: page.path, status: page.status }).toEqual({ path: pathOf(token), status: 200 });
    for (const text of ['Partner-GB-LaneTrust-SMC', 'LaneTrust', 'shop.example', 'Test']) {
      expect(visitor.words).toContain(text);
    }
    for (const text of ['Your name', 'e-mail address', 'at any time', `Grace Okafor (${grace})`]) {
      expect(visitor.words).toContain(text);
    }
    expect(page.headers.get('referrer-policy')).toBe('no-referrer');
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.get('content-security-policy')).toContain(
      "form-action 'self' https://shop.example;",
    );
    // But for the choice of a language, the token is in nothing that the page says.
    const said = page.text.replace(/<form class="languages"[\s\S]*?<\/form>/, '');
    expect(said).not.toContain(token);

    const elsewhere = { redirect_url: 'https://evil.example', next: 'https://evil.example' };
    const answer = await press(visitor, 'agree', { scope: 'userinfo', ...elsewhere });
    const { status, to } = whereTo(answer);
    expect(status).toBe(303);
    expect(to).toMatch(/^https:\/\/shop\.example\/signed-in\?from=keyturn&token=[\w-]{43}$/);
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const result = new URL(to!).searchParams.get('token')!;
    expect(result).not.toBe(token);
    const verified = await cast.post('sign-token-verify', { token: result }, shop.headers);
    expect(verified.body.data).toMatchObject({ email: grace });
    const { sub } = verified.body.data!;
    const info = () => cast.post('get/user/info', { sub }, shop.headers);
    expect((await info()).status).toBe(200);

    // What is not ticked is not agreed to.
    await visitor.get(pathOf(await cast.start(shop)));
    expect(visitor.page.text).toMatch(/name="scope" value="userinfo" checked/);
    await press(visitor, 'agree');
    expect((await info()).body.code).toBe('scope_missing');
  });

  test('is opened by the first person alone', async () => {
    await browser.get(pathOf(token));
    const { status } = await other.get(pathOf(token));
    expect({ status, words: other.words }).toEqual({
      status: 410,
      words: expect.stringContaining('This sign-in is over'),
    });
    // Where the application wants them then is none of their business.
    expect(other.page.text).not.toContain(failed);
    const before = await approvals();
    const body = new URLSearchParams({ ...(await blank(other)), decision: 'agree' }).toString();
    expect((await other.send('POST', pathOf(token), body)).status).toBe(410);
    expect(await approvals()).toBe(before);
    expect((await press(browser, 'agree')).status).toBe(303);
  });

  test('is worth nothing in another session of the same browser', async () => {
    const shared = await service.signedIn(grace);
    await shared.get(pathOf(token));
    const page = { ...shared.page };
    await shared.post('/sign-out', shared.form().fields);
    service.clock.advance(30_000);
    await shared.signIn(service.account('bram@matchpunt.example'));
    shared.page = page;
    const before = await approvals();
    const sameSite = { 'sec-fetch-site': 'same-origin' };
    expect((await press(shared, 'agree', {}, sameSite)).status).toBe(403);
    // Sent again as that person, as the page offers.
    const again = new URLSearchParams({ ...(await blank(shared)), decision: 'agree' }).toString();
    expect((await shared.send('POST', pathOf(token), again)).status).toBe(410);
    expect(await approvals()).toBe(before);
  });

  test('is agreed to by its own form alone', async () => {
    await browser.get(pathOf(token));
    const before = await approvals();
    const path = `${pathOf(token)}?decision=agree&scope=userinfo`;
    expect((await browser.send('HEAD', path)).status).toBe(200);
    expect((await browser.send('GET', path)).status).toBe(200);
    // A mail scanner has no session.
    expect(whereTo(await service.visitor().send('GET', path)).to).toMatch(/^\/sign-in\?next=/);
    const foreign = { 'sec-fetch-site': 'cross-site' };
    expect((await press(browser, 'agree', {}, foreign)).status).toBe(403);
    expect((await press(browser, 'agree', { _csrf: 'x' })).status).toBe(403);
    expect((await press(browser, '')).status).toBe(409);
    expect(await approvals()).toBe(before);
    expect((await press(browser, 'agree')).status).toBe(303);
    expect(await approvals()).toBe(before + 1);
  });

  test('is agreed to once, also by five presses at once', async () => {
    await browser.get(pathOf(token));
    const presses = Array.from({ length: 5 }, () => press(browser, 'agree'));
    const tos = (await Promise.all(presses)).map((each) => whereTo(each).to!);
    expect(tos.filter((to) => to.includes('token='))).toHaveLength(1);
    expect(tos.filter((to) => to === failed)).toHaveLength(4);
    expect(whereTo(await press(browser, 'agree'))).toEqual({ status: 303, to: failed });
  });

  test('is declined to the address that the domain has for it', async () => {
    await browser.get(pathOf(token));
    const before = await approvals();
    expect(whereTo(await press(browser, 'decline'))).toEqual({ status: 303, to: failed });
    expect(whereTo(await press(browser, 'agree'))).toEqual({ status: 303, to: failed });
    expect(await approvals()).toBe(before);
  });

  test('is over after ten minutes', async () => {
    await browser.get(pathOf(token));
    service.clock.advance(600_000);
    expect(whereTo(await browser.send('GET', pathOf(token)))).toEqual({ status: 303, to: failed });
    // A form of ours, such as the sign-in, ends here: a link leads on.
    const fromOurs = { 'sec-fetch-site': 'same-origin' };
    const page = await browser.get(pathOf(token), fromOurs);
    expect(page.status).toBe(410);
    expect(page.text).toContain(`href="${failed}" rel="noreferrer"`);
    const unknown = await browser.get(pathOf('x'.repeat(43)));
    expect({ status: unknown.status, policy: unknown.headers.get('referrer-policy') }).toEqual({
      ...{ status: 410, policy: 'no-referrer' },
    });
    expect((await browser.get(`${pathOf('x')}%00`)).status).toBe(410);
  });

  test('comes back after a sign-in also when its own form finds the session ended', async () => {
    const visitor = service.visitor();
    visitor.cookies.set(cookieName(service.config, 'session'), 'x'.repeat(43));
    const ours = { 'sec-fetch-site': 'same-origin' };
    const answer = await visitor.send('POST', pathOf(token), '_csrf=x&decision=agree', ours);
    expect(whereTo(answer)).toEqual({
      status: 303,
      to: `/sign-in?next=${encodeURIComponent(pathOf(token))}`,
    });
  });
});

describe('on a test domain', () => {
  const usersOf = ({ applicationId }: HeaderProgram) =>
    `/manage-api-credentials/${applicationId}/users`;

  /** The form of the button with these words, for this person or application. */
  function formOf(visitor: Visitor, button: string): string {
    const forms = [
      ...visitor.page.text.matchAll(/<form method="post" action="([^"]+)">(.*?)<\/form>/gs),
    ];
    const found = forms.find(([, , inside]) => inside!.includes(`>${button}<`));
    if (!found) throw new Error(`no ${button}: ${visitor.words}`);
    return unescape(found[1]!);
  }

  test('a user asks to be let in, is let in by the managers, and leaves again', async () => {
    const token = await cast.start(trial);
    await browser.get(pathOf(token));
    expect(browser.words).toContain('only its test users can sign in');
    expect(browser.page.text).not.toContain('value="agree"');
    expect((await press(browser, 'agree')).status).toBe(403);
    const wrong = await press(browser, 'ask', { note: 'a\u0007b' });
    expect({ status: wrong.status, text: await wrong.text() }).toEqual({
      status: 422,
      text: expect.stringContaining('id="note-error"'),
    });
    const { action, fields } = browser.form(pathOf(token));
    await browser.post(action, { ...fields, decision: 'ask', note: 'I <b>test</b> it.' });
    expect({ path: browser.page.path, words: browser.words }).toEqual({
      path: pathOf(token),
      words: expect.stringContaining('You have asked for access'),
    });

    await anna.get(usersOf(trial));
    expect(anna.words).toContain('I <b>test</b> it.');
    await anna.submit({}, formOf(anna, 'Accept'));
    expect(anna.words).toContain('Accepted: the test domains are open.');

    await browser.get(pathOf(token));
    const { to } = whereTo(await press(browser, 'agree'));
    expect(to).toContain('https://trial.example/signed-in?from=keyturn&token=');
    await browser.get('/my-applications');
    expect(browser.words).toContain('Partner-NL-Matchpunt-SMC');
    await browser.submit({}, formOf(browser, 'End access'));
    expect(browser.words).toContain('the test domains are closed');
    await browser.get(pathOf(await cast.start(trial)));
    expect(browser.words).toContain('ask its credential managers');
  });

  test('managers invite somebody, who accepts or declines', async () => {
    await anna.get(usersOf(trial));
    await anna.submit({ email: 'nobody@matchpunt.example' }, usersOf(trial));
    expect({ status: anna.page.status, words: anna.words }).toEqual({
      status: 422,
      words: expect.stringContaining('Nobody with this address has an account'),
    });
    await anna.submit({ email: 'bram@matchpunt.example', note: 'Please.' }, usersOf(trial));
    expect(anna.words).toContain('The invitation is on its way by mail.');
    await anna.submit({}, formOf(anna, 'Withdraw the request'));
    await anna.submit({ email: 'bram@matchpunt.example' }, usersOf(trial));
    await other.get(pathOf(await cast.start(trial)));
    expect(other.words).toContain('you are asked to try it out');
    await other.get('/my-applications');
    const accept = formOf(other, 'Accept');
    await other.submit({}, accept);
    expect(other.words).toContain('Accepted: the test domains are open.');
    await other.get('/my-applications');
    expect((await other.submit({}, formOf(other, 'End access'))).status).toBe(200);
    // Decided by now, and nobody else's business.
    const fields = await blank(other);
    expect((await other.post(accept, fields)).status).toBe(409);
    expect((await browser.post(accept, await blank(browser))).status).toBe(404);
    expect((await other.post(accept.replace('accept', 'x'), fields)).status).toBe(404);
  });

  test('only who sees the application sees its users, and only managers change anything', async () => {
    const olga = await service.signedIn('olga@matchpunt.example');
    expect((await olga.get(usersOf(trial))).status).toBe(200);
    expect(olga.words).toContain('Grace Okafor');
    expect(olga.page.text).not.toMatch(/<main[\s\S]*<form[\s\S]*<\/main>/);
    await anna.get(usersOf(trial));
    const { fields } = anna.form(usersOf(trial));
    const invitation = async (by: Visitor) => ({ ...(await blank(by)), email: grace });
    expect((await olga.post(usersOf(trial), await invitation(olga))).status).toBe(403);
    expect((await browser.get(usersOf(trial))).status).toBe(404);
    expect((await browser.post(usersOf(trial), await invitation(browser))).status).toBe(404);
    // A request of one application under the address of another.
    const [{ id }] = await service.dataSource.query<[{ id: string }]>(
      'select id from access_requests where application_id = $1 limit 1',
      [shop.applicationId],
    );
    expect((await anna.post(`${usersOf(trial)}/requests/${id}/end`, fields)).status).toBe(404);
  });
});

test('a user sees what applications know, and takes it back', async () => {
  const { applicationId } = shop;
  await cast.approved(shop, grace, ['userinfo']);
  await browser.get('/my-applications');
  expect(browser.words).toContain('Name and e-mail address, at any time');
  const path = `/my-applications/${applicationId}/revoke`;
  expect((await other.get(path)).status).toBe(404);
  expect((await other.post(path, await blank(other))).status).toBe(404);
  await browser.get(path);
  await browser.submit({}, path);
  expect(browser.words).toContain('It is taken back.');
  expect((await browser.get(path)).status).toBe(404);
  await browser.get(`/manage-api-credentials/${applicationId}/users`);
  expect(browser.words).toContain('Taken back');
});

test('managers ask for verification where IT demands it, and IT decides', async () => {
  const ines = await service.signedIn('ines@keyturn.example');
  const page = `/manage-api-credentials/${trial.applicationId}/verification`;
  await anna.get(page);
  expect(anna.words).toContain('No resource needs verification now.');
  const resource = `/admin/resources/${signInResource}`;
  await ines.get(resource);
  await ines.submit({}, `${resource}/verification`);
  expect(ines.words).toContain('It needs verification from now on.');

  await anna.get(page);
  const wrong = await anna.submit({ note: '' }, page);
  expect(wrong.status).toBe(422);
  for (const text of ['domainIds-error', 'resourceIds-error', 'note-error']) {
    expect(wrong.text).toContain(`id="${text}"`);
  }
  const wish = {
    domainIds: trial.domainId,
    resourceIds: signInResource,
    note: 'For <b>tests</b>.',
  };
  await anna.submit(wish, page);
  expect(anna.words).toContain('For <b>tests</b>.');
  const [{ id }] = await service.dataSource.query<[{ id: string }]>('select id from verifications');
  const invited = { ...(await blank(browser)), ...wish };
  expect((await browser.post(page, invited)).status).toBe(404);
  expect((await browser.post(`${page}/${id}/withdraw`, invited)).status).toBe(404);

  const decision = `/admin/verifications/${id}`;
  expect((await anna.get(decision)).status).toBe(404);
  await ines.get('/admin/verifications');
  expect(ines.page.text).toContain(`href="${decision}"`);
  await ines.get(decision);
  expect((await ines.submit({ decision: 'decline' })).text).toContain('id="note-error"');
  expect((await ines.submit({ decision: '' })).status).toBe(409);
  await ines.submit({ decision: 'accept', note: 'Fine.' });
  expect(ines.words).toContain('Verified. Whoever asked gets a mail.');
  await anna.get(page);
  expect(anna.words).toContain('Fine.');
  const withdrawal = await anna.post(`${page}/${id}/withdraw`, await blank(anna));
  expect(withdrawal.status).toBe(404);
  await ines.get(decision);
  await ines.submit({ decision: 'take-back' });
  expect(ines.words).toContain('The verification is taken back.');
  await anna.get(page);
  await anna.submit(wish, page);
  const [{ second }] = await service.dataSource.query<[{ second: string }]>(
    `select id as second from verifications where state = 'pending'`,
  );
  await anna.submit({}, `${page}/${second}/withdraw`);
  expect(anna.words).toContain('The request is withdrawn.');
});
