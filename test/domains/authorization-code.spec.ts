import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { theService } from '../../src/audit/audit.service.js';
import { CodeTokens } from '../../src/authorization-code/code-tokens.service.js';
import { ClientUsers } from '../../src/sign-token/client-users.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { introspect, type MachineAnswer, postForm } from '../support/machine.js';
import { waitingFor } from '../support/race.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';
import { HeaderCast, type HeaderProgram } from './header-cast.js';

const anna = 'anna@matchpunt.example';
const plainCallback = 'https://shop.example/cb';
const verifier = 'dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk';
const challenge = 'E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM';
const insecure = { [oauth.allowInsecureRequests]: true };

let service: TestApp;
let cast: HeaderCast;
let shop: HeaderProgram;
let other: HeaderProgram;
let browser: Visitor;

beforeAll(async () => {
  const port = 41_000 + (process.pid % 20_000);
  const settings = { PUBLIC_URL: `http://127.0.0.1:${port}`, TRUSTED_PROXIES: '127.0.0.1' };
  service = await startTestApp(settings, undefined, port);
  cast = new HeaderCast(service);
  shop = await cast.program('Partner-NL-Matchpunt-SMC', 'shop.example');
  other = await cast.program('Partner-NL-Matchpunt-DM', 'other.example');
  const url = { kind: 'callback' as const, url: plainCallback };
  await cast.domains.addUrl(theService, shop, url, { asIt: true });
  await cast.grantUserinfo(shop.applicationId);
  browser = await service.signedIn(anna);
});
afterAll(() => service.close());

const sql = <T>(text: string, ...values: unknown[]) => service.dataSource.query<T[]>(text, values);
const clientOf = ({ headers }: HeaderProgram) => ({
  clientId: headers['x-client-id']!,
  value: headers['x-client-secret']!,
});
/** The service has a clock of its own. */
const skew = () => Math.round((service.clock.now().getTime() - Date.now()) / 1000);

function requestFor(more: Record<string, string> = {}): Record<string, string> {
  return {
    ...{ response_type: 'code', client_id: clientOf(shop).clientId },
    ...{ redirect_uri: shop.redirectUrl, scope: 'openid email offline_access', state: 's t' },
    ...{ code_challenge: challenge, code_challenge_method: 'S256', ...more },
  };
}

/** Where a browser is sent that comes with this request. */
async function sent(parameters: Record<string, string> | URL, by = browser): Promise<string> {
  const search = parameters instanceof URL ? parameters.search.slice(1) : undefined;
  const query = search ?? new URLSearchParams(parameters as Record<string, string>).toString();
  const answer = await by.send('GET', `/oauth2/authorize?${query}`);
  return answer.headers.get('location') ?? `${answer.status}`;
}

/** Anna comes with the request and agrees. */
async function approved(
  request: Record<string, string> | URL = requestFor(),
  scopes: string[] = ['userinfo'],
): Promise<URL> {
  const path = await sent(request);
  const token = /^\/sign-in-to\/(.+)$/.exec(path)?.[1];
  if (!token) throw new Error(path);
  const person = await cast.person(anna);
  await cast.signIns.open(person, token);
  return new URL(await cast.signIns.approve(person, token, scopes));
}

/** The same by the page that asks. */
async function approvedOnPage(request: URL): Promise<URL> {
  await browser.get(await sent(request));
  const { action, fields } = browser.form();
  const agreed = { ...fields, scope: 'userinfo', decision: 'agree' };
  const body = new URLSearchParams(agreed).toString();
  const answer = await browser.send('POST', action, body);
  return new URL(answer.headers.get('location')!);
}

const codeIn = (url: URL) => url.searchParams.get('code')!;

function exchange(
  code: string,
  more: Record<string, string> = {},
  as: HeaderProgram = shop,
): Promise<MachineAnswer> {
  const fields = { code, redirect_uri: shop.redirectUrl, code_verifier: verifier, ...more };
  const form = { grant_type: 'authorization_code', ...fields };
  return postForm(`${service.url}/oauth2/token`, form, clientOf(as));
}

function refresh(token: unknown, more: Record<string, string> = {}, as: HeaderProgram = shop) {
  const form = { grant_type: 'refresh_token', refresh_token: String(token), ...more };
  return postForm(`${service.url}/oauth2/token`, form, clientOf(as));
}

const told = ({ status, body }: MachineAnswer) =>
  `${status} ${(body.error as string | undefined) ?? 'good'}`;

async function userinfo(token: unknown): Promise<{ status: number; body: object }> {
  const headers = { authorization: `Bearer ${String(token)}` };
  const answer = await fetch(`${service.url}/oauth2/userinfo`, { headers });
  return { status: answer.status, body: (await answer.json()) as object };
}

const goodUntilNow = async (...tokens: unknown[]) =>
  Promise.all(tokens.map(async (token) => (await userinfo(token)).status === 200));

describe('client libraries, unchanged', () => {
  test('openid-client: discovery, PKCE, ID token, userinfo, refresh, revocation', async () => {
    const { clientId, value } = clientOf(shop);
    const issuer = new URL(service.config.PUBLIC_URL);
    const metadata = { [openid.clockSkew]: skew() };
    const config = await openid.discovery(
      issuer,
      clientId,
      { ...metadata },
      openid.ClientSecretBasic(value),
      {
        execute: [openid.allowInsecureRequests],
      },
    );
    const pkceCodeVerifier = openid.randomPKCECodeVerifier();
    const [expectedState, expectedNonce] = [openid.randomState(), openid.randomNonce()];
    const url = openid.buildAuthorizationUrl(config, {
      ...{ redirect_uri: plainCallback, scope: 'openid profile email offline_access' },
      ...{ state: expectedState, nonce: expectedNonce, code_challenge_method: 'S256' },
      code_challenge: await openid.calculatePKCECodeChallenge(pkceCodeVerifier),
    });
    const checks = { pkceCodeVerifier, expectedState, expectedNonce, idTokenExpected: true };
    const tokens = await openid.authorizationCodeGrant(config, await approvedOnPage(url), checks);
    const { sub, auth_time } = tokens.claims()!;
    expect(auth_time).toBeLessThanOrEqual(service.clock.now().getTime() / 1000);
    expect(await openid.fetchUserInfo(config, tokens.access_token, sub)).toEqual({
      ...{ sub, name: 'Anna Visser', given_name: 'Anna', family_name: 'Visser' },
      ...{ email: anna, email_verified: true },
    });
    const next = await openid.refreshTokenGrant(config, tokens.refresh_token!);
    expect(await openid.fetchUserInfo(config, next.access_token, sub)).toMatchObject({ sub });
    const about = () => openid.tokenIntrospection(config, next.refresh_token!);
    expect(await about()).toMatchObject({ active: true, sub, client_id: clientId });
    await openid.tokenRevocation(config, next.refresh_token!);
    expect(await about()).toEqual({ active: false });
    expect(await goodUntilNow(tokens.access_token, next.access_token)).toEqual([false, false]);
  });

  test('oauth4webapi: the same without what was not asked for', async () => {
    const { clientId, value } = clientOf(shop);
    const issuer = new URL(service.config.PUBLIC_URL);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, insecure),
    );
    const client: oauth.Client = { client_id: clientId, [oauth.clockSkew]: skew() };
    const codeVerifier = oauth.generateRandomCodeVerifier();
    const url = new URL(server.authorization_endpoint!);
    url.search = new URLSearchParams(
      requestFor({
        ...{ scope: 'openid', nonce: 'n-1' },
        code_challenge: await oauth.calculatePKCECodeChallenge(codeVerifier),
      }),
    ).toString();
    const back = await approved(url);
    expect(back.href.startsWith(`${shop.redirectUrl}&code=`)).toBe(true);
    const parameters = oauth.validateAuthResponse(server, client, back, 's t');
    const way = oauth.ClientSecretPost(value);
    const tokens = await oauth.processAuthorizationCodeResponse(
      server,
      client,
      await oauth.authorizationCodeGrantRequest(
        ...([server, client, way, parameters, shop.redirectUrl, codeVerifier, insecure] as const),
      ),
      { expectedNonce: 'n-1', requireIdToken: true },
    );
    expect([tokens.scope, tokens.refresh_token, tokens.expires_in]).toEqual([
      ...['openid', undefined, 300],
    ]);
    const { sub } = oauth.getValidatedIdTokenClaims(tokens)!;
    const known = await oauth.userInfoRequest(server, client, tokens.access_token, insecure);
    expect(await oauth.processUserInfoResponse(server, client, sub, known)).toEqual({ sub });
  });
});

describe('the authorization endpoint', () => {
  test('sends nobody to an address that is not registered, character for character', async () => {
    const { clientId } = clientOf(other);
    const wrong: Record<string, string>[] = [
      { client_id: '' },
      { client_id: 'x' },
      { client_id: clientId },
      { redirect_uri: '' },
      { redirect_uri: `${shop.redirectUrl}&x=1` },
      { redirect_uri: `${shop.redirectUrl}#x` },
      { redirect_uri: shop.redirectUrl.replace('https:', 'http:') },
      { redirect_uri: shop.redirectUrl.replace('shop.', 'SHOP.') },
      { redirect_uri: 'https://evil.example/' },
      { redirect_uri: '\u0000' },
    ];
    for (const each of wrong) expect(await sent(requestFor(each))).toBe('400');
    const twice = new URL('http://x/');
    twice.search = `${new URLSearchParams(requestFor()).toString()}&redirect_uri=https://evil.example`;
    expect(await sent(twice)).toBe('400');
    await browser.get('/oauth2/authorize');
    expect(browser.page.headers.get('content-type')).toMatch(/^text\/html/);
    expect(browser.words).toContain('is not registered');
  });

  test.each([
    ['the callback', 'domain_urls', 'active = false', 'active = true'],
    ['the domain', 'domains', 'active = false', 'active = true'],
    ['signing in there', 'domains', 'allow_login = false', 'allow_login = true'],
    ['the application', 'applications', 'disabled_at = now()', 'disabled_at = null'],
  ])('sends nobody on when %s is switched off', async (_, table, off, on) => {
    const rows = {
      domain_urls: `url = '${shop.redirectUrl}'`,
      domains: `id = '${shop.domainId}'`,
      applications: `id = '${shop.applicationId}'`,
    }[table]!;
    await sql(`update ${table} set ${off} where ${rows}`);
    expect(await sent(requestFor())).toBe('400');
    await sql(`update ${table} set ${on} where ${rows}`);
    expect(await sent(requestFor())).toMatch(/^\/sign-in-to\//);
  });

  test('tells the application what is wrong, with state and issuer', async () => {
    const goTo = new URL(await sent(requestFor({ code_challenge_method: 'plain' })));
    expect(goTo.href.startsWith(`${shop.redirectUrl}&error=invalid_request&`)).toBe(true);
    const { searchParams: answer } = goTo;
    expect([answer.get('state'), answer.get('iss')]).toEqual(['s t', service.config.PUBLIC_URL]);
    const errors = async (more: Record<string, string>, by = browser) =>
      new URL(await sent(requestFor(more), by)).searchParams.get('error');
    expect(await errors({ nonce: 'x'.repeat(513) })).toBe('invalid_request');
    expect(await errors({ display: 'x'.repeat(2000) })).toBe('invalid_request');
    expect(await errors({ prompt: 'none' })).toBe('consent_required');
    expect(await errors({ prompt: 'none' }, service.visitor())).toBe('login_required');
  });

  test('leads through the sign-in with both factors, and is asked once', async () => {
    const visitor = service.visitor();
    const goTo = await sent(requestFor({ prompt: 'login' }), visitor);
    expect(goTo).toMatch(/^\/sign-in\?next=%2Foauth2%2Fauthorize%3F/);
    service.clock.advance(30_000);
    const { email, password, totpKey } = service.account(anna);
    await visitor.get(goTo);
    await visitor.submit({ email, password });
    expect(await sent(requestFor(), visitor)).toMatch(/^\/sign-in\/code/);
    const form = visitor.form();
    const fields = { ...form.fields, code: totp(totpKey, service.clock.now()) };
    const signedIn = await visitor.send(
      'POST',
      form.action,
      new URLSearchParams(fields).toString(),
    );
    const back = signedIn.headers.get('location')!;
    expect(back).not.toContain('prompt');
    const asked = await visitor.send('GET', back);
    expect(asked.headers.get('location')).toMatch(/^\/sign-in-to\/[\w-]{43}$/);
    expect(await sent(requestFor({ prompt: 'login' }), visitor)).toContain('error=login_required');
  });

  test('a request belongs to whoever came with it, and declining goes back as well', async () => {
    const token = (await sent(requestFor())).slice('/sign-in-to/'.length);
    const bram = await cast.person('bram@matchpunt.example');
    await expect(cast.signIns.open(bram, token)).rejects.toThrow('opened by another');
    const goTo = await cast.signIns.decline(await cast.person(anna), token);
    const answer = new URL(goTo!).searchParams;
    expect([answer.get('error'), answer.get('state'), answer.get('iss')]).toEqual([
      ...['access_denied', 's t', service.config.PUBLIC_URL],
    ]);
  });
});

describe('a code', () => {
  test('of fifty parallel exchanges one succeeds, and the others end what it gave', async () => {
    const code = codeIn(await approved());
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('select from login_requests for update');
    const all = Promise.all(Array.from({ length: 50 }, () => exchange(code)));
    await waitingFor(runner, 3);
    await runner.commitTransaction();
    await runner.release();
    const answers = await all;
    const good = answers.filter(({ status }) => status === 200);
    expect(good).toHaveLength(1);
    expect(answers.filter((each) => told(each) === '400 invalid_grant')).toHaveLength(49);
    expect(await goodUntilNow(good[0]!.body.access_token)).toEqual([false]);
    expect(told(await refresh(good[0]!.body.refresh_token))).toBe('400 invalid_grant');
  });

  test('is bound to client, address and verifier, and what is refused uses nothing up', async () => {
    const code = codeIn(await approved());
    const tries: [Record<string, string>, HeaderProgram, string][] = [
      [{}, other, '400 invalid_grant'],
      [{ redirect_uri: plainCallback }, shop, '400 invalid_grant'],
      [{ redirect_uri: '' }, shop, '400 invalid_request'],
      [{ code_verifier: '' }, shop, '400 invalid_request'],
      [{ code_verifier: challenge }, shop, '400 invalid_grant'],
      [{ code: `${code}x` }, shop, '400 invalid_grant'],
      [{ client_id: clientOf(other).clientId }, shop, '400 invalid_request'],
      [{}, shop, '200 good'],
    ];
    for (const [more, as, expected] of tries) {
      expect(told(await exchange(code, more, as))).toBe(expected);
    }
    const wrong = { ...shop, headers: { ...shop.headers, 'x-client-secret': 'x' } };
    expect(told(await exchange(code, {}, wrong))).toBe('401 invalid_client');
  });

  test('is good for a minute, to the millisecond, and is no token of the hand-off', async () => {
    const first = codeIn(await approved());
    service.clock.advance(59_999);
    expect(told(await exchange(first))).toBe('200 good');
    const late = codeIn(await approved());
    service.clock.advance(60_000);
    expect(told(await exchange(late))).toBe('400 invalid_grant');
    const code = codeIn(await approved());
    const verify = { token: code, redirect_uri: 'x' };
    expect((await cast.post('sign-token-verify', verify, shop.headers)).status).not.toBe(200);
    const { token } = await cast.approved(shop, anna);
    expect(told(await exchange(token))).toBe('400 invalid_grant');
  });

  test('gives no refresh token that was not granted and agreed to', async () => {
    const { body } = await exchange(codeIn(await approved(requestFor(), [])));
    expect([body.scope, body.refresh_token]).toEqual(['openid email', undefined]);
    expect(await userinfo(body.access_token)).toMatchObject({ status: 200, body: { email: anna } });
  });
});

describe('tokens of a sign-in', () => {
  const bought = async () => (await exchange(codeIn(await approved()))).body;

  test('a refresh token is good once; shown again, it ends the family', async () => {
    const first = await bought();
    expect(told(await refresh(first.refresh_token, {}, other))).toBe('400 invalid_grant');
    const more = { scope: 'openid profile' };
    expect(told(await refresh(first.refresh_token, more))).toBe('400 invalid_scope');
    const { body: second } = await refresh(first.refresh_token, { scope: 'openid' });
    expect(second.scope).toBe('openid');
    const { body: third } = await refresh(second.refresh_token);
    expect(third.scope).toBe('openid email offline_access');
    expect(await goodUntilNow(first.access_token, third.access_token)).toEqual([true, true]);
    expect(told(await refresh(second.refresh_token))).toBe('400 invalid_grant');
    expect(told(await refresh(third.refresh_token))).toBe('400 invalid_grant');
    expect(await goodUntilNow(first.access_token, third.access_token)).toEqual([false, false]);
  });

  test('of parallel refreshes one succeeds', async () => {
    const { refresh_token: token } = await bought();
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('select from code_tokens for update');
    const all = Promise.all(Array.from({ length: 20 }, () => refresh(token)));
    await waitingFor(runner, 3);
    await runner.commitTransaction();
    await runner.release();
    const answers = await all;
    expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(answers.filter((each) => told(each) === '400 invalid_grant')).toHaveLength(19);
  });

  test('an access token lives five minutes, a refresh token thirty days after its last use', async () => {
    const { access_token, refresh_token } = await bought();
    service.clock.advance(299_999);
    expect(await goodUntilNow(access_token)).toEqual([true]);
    service.clock.advance(1);
    expect(await goodUntilNow(access_token, refresh_token, 'x')).toEqual([false, false, false]);
    service.clock.advance(30 * 86_400_000 - 300_001);
    const { body: young } = await refresh(refresh_token);
    expect(young.expires_in).toBe(300);
    const made = (days: number) =>
      sql(
        `update code_sign_ins set created_at = $1::timestamptz - interval '${days} days'`,
        service.clock.now(),
      );
    await made(180);
    expect(told(await refresh(young.refresh_token))).toBe('400 invalid_grant');
    await made(179);
    const { body } = await refresh(young.refresh_token);
    service.clock.advance(30 * 86_400_000);
    expect(told(await refresh(body.refresh_token))).toBe('400 invalid_grant');
    await service.app.get(CodeTokens, { strict: false }).forgetEnded();
    const [left] = await sql<object>(
      'select (select count(*)::int from code_tokens) as tokens, (select count(*)::int from code_sign_ins) as "signIns"',
    );
    expect(left).toEqual({ tokens: 0, signIns: 0 });
    browser = await service.signedIn(anna);
  });

  const set = (table: string, values: string, id: string) =>
    sql(`update ${table} set ${values} where id = '${id}'`);

  test.each<[string, () => unknown, () => unknown]>([
    [
      'the secret is switched off',
      () => set('secrets', 'disabled_at = now()', shop.secretId),
      () => set('secrets', 'disabled_at = null', shop.secretId),
    ],
    [
      'the application is disabled',
      () => set('applications', 'disabled_at = now()', shop.applicationId),
      () => set('applications', 'disabled_at = null', shop.applicationId),
    ],
    [
      'its domain is switched off',
      () => set('domains', 'active = false', shop.domainId),
      () => set('domains', 'active = true', shop.domainId),
    ],
    [
      'it becomes a test domain of others',
      () => set('domains', `environment = 'test'`, shop.domainId),
      () => set('domains', `environment = 'live'`, shop.domainId),
    ],
  ])('are not good while %s', async (_, off, on) => {
    const { access_token, refresh_token } = await bought();
    await off();
    expect(await goodUntilNow(access_token)).toEqual([false]);
    const answer = await refresh(refresh_token);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    await on();
    expect(await goodUntilNow(access_token)).toEqual([true]);
  });

  test('end with the connection, for ever, and with what IT has granted', async () => {
    const { access_token, refresh_token } = await bought();
    await sql('delete from grants where application_id = $1 and scopes = $2', shop.applicationId, [
      'userinfo',
    ]);
    expect(told(await refresh(refresh_token))).toBe('400 invalid_grant');
    await cast.grantUserinfo(shop.applicationId);
    const person = await cast.person(anna);
    await service.app.get(ClientUsers, { strict: false }).revoke(person, shop.applicationId);
    service.clock.advance(1);
    const { body } = await exchange(codeIn(await approved()));
    expect(await goodUntilNow(access_token, body.access_token)).toEqual([false, true]);
    expect(told(await refresh(refresh_token))).toBe('400 invalid_grant');
  });

  test('say nothing to another client, and only a digest of each is stored', async () => {
    const { access_token, refresh_token } = await bought();
    for (const token of [access_token, refresh_token].map(String)) {
      expect((await introspect(service.url, clientOf(other), token)).body).toEqual({
        active: false,
      });
      await postForm(`${service.url}/oauth2/revoke`, { token }, clientOf(other));
      const own = await introspect(service.url, clientOf(shop), token);
      expect(own.body).toMatchObject({ active: true, scope: 'openid email offline_access' });
    }
    const kept = await sql<{ row: string }>('select t::text as row from code_tokens t');
    expect(JSON.stringify(kept)).not.toContain(String(access_token).slice(5));
    await postForm(`${service.url}/oauth2/revoke`, { token: String(access_token) }, clientOf(shop));
    expect(await goodUntilNow(access_token)).toEqual([false]);
    expect(told(await refresh(refresh_token))).toBe('200 good');
  });

  test('userinfo asks for a bearer, and takes nothing for one that is none', async () => {
    const ask = async (init: RequestInit) => {
      const { status, headers } = await fetch(`${service.url}/oauth2/userinfo`, init);
      return `${status} ${headers.get('www-authenticate')}`;
    };
    const { access_token, id_token, refresh_token } = await bought();
    expect(await ask({})).toBe('401 Bearer realm="Keyturn"');
    for (const token of [id_token, refresh_token, 'x', 'ktu1_\u0001'].map(String)) {
      const authorization = `Bearer ${encodeURI(token)}`;
      expect(await ask({ headers: { authorization } })).toContain(
        '401 Bearer realm="Keyturn", error=',
      );
    }
    const headers = { authorization: `bearer ${String(access_token)}` };
    expect(await ask({ headers, method: 'POST' })).toBe('200 null');
  });
});

test('where domains are switched off, there is none of it', async () => {
  const off = await startTestApp({ DOMAINS: 'off' });
  for (const path of ['authorize', 'userinfo']) {
    expect((await fetch(`${off.url}/oauth2/${path}`)).status).toBe(404);
  }
  const form = { grant_type: 'authorization_code', code: 'x' };
  const answer = await postForm(`${off.url}/oauth2/token`, form, clientOf(shop));
  expect(told(answer)).toBe('400 unsupported_grant_type');
  const metadata: unknown = await (
    await fetch(`${off.url}/.well-known/openid-configuration`)
  ).json();
  expect(metadata).toMatchObject({
    grant_types_supported: ['client_credentials'],
    response_types_supported: [],
  });
  expect(metadata).not.toHaveProperty('authorization_endpoint');
  await off.close();
});
