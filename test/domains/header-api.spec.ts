import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { theService } from '../../src/audit/audit.service.js';
import { Refusals } from '../../src/secrets/refusals.service.js';
import { Secrets } from '../../src/secrets/secrets.service.js';
import { SecretUses } from '../../src/secrets/uses.service.js';
import { ClientUsers } from '../../src/sign-token/client-users.service.js';
import { LoginRequests } from '../../src/sign-token/login-requests.service.js';
import { askToken } from '../support/machine.js';
import { Provisioning } from '../../src/provisioning/provisioning.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { HeaderCast, type HeaderProgram } from './header-cast.js';

const anna = 'anna@matchpunt.example';
const grace = 'grace@lanetrust.example';

let service: TestApp;
let cast: HeaderCast;
let shop: HeaderProgram;
let trial: HeaderProgram;

beforeAll(async () => {
  service = await startTestApp({ TRUSTED_PROXIES: '127.0.0.1,::1' });
  cast = new HeaderCast(service);
  shop = await cast.program('Partner-NL-Matchpunt-SMC', 'shop.example', {
    fallbackUri: 'https://shop.example/failed',
  });
  trial = await cast.program('Partner-NL-Matchpunt-DM', 'trial.example', { environment: 'test' });
});
afterAll(() => service.close());

const sql = <T>(text: string, ...values: unknown[]) => service.dataSource.query<T[]>(text, values);

const codeOf = async (...call: Parameters<HeaderCast['post']>) => {
  const { status, body } = await cast.post(...call);
  return body.code ? `${status} ${body.code}` : `${status} ${body.status}`;
};

const signToken = (headers: Record<string, string>, more: object = {}) =>
  codeOf('sign-token', { redirect_url: shop.redirectUrl, ...more }, headers);

const verify = (program: HeaderProgram, token: unknown) =>
  codeOf('sign-token-verify', { token, redirect_url: 'x' }, program.headers);

const userinfo = (program: HeaderProgram, sub: unknown) =>
  codeOf('get/user/info', { sub, redirect_url: 'x' }, program.headers);

describe('the checks in their order', () => {
  test('sign-token: each fault is told until it is mended, the first one first', async () => {
    const set = (values: string) => () =>
      sql(`update domains set ${values} where id = '${shop.domainId}'`);
    const application = `where id = '${shop.applicationId}'`;
    await sql(`update applications set disabled_at = now() ${application}`);
    await sql('delete from secret_domains where domain_id = $1', shop.domainId);
    await set(`active = false, allow_login = false, server_ips = '{192.0.2.0/24}'`)();

    let body = '{"redirect_url":';
    let headers: Record<string, string> = {};
    const mends: [string, () => unknown][] = [
      ['400 bad_json', () => (body = '{}')],
      [
        '401 missing_credentials',
        () => {
          headers = { ...shop.headers, 'x-client-secret': trial.headers['x-client-secret']! };
          Object.assign(headers, {
            'x-client-domain': 'trial.example',
            'x-forwarded-proto': 'http',
          });
        },
      ],
      ['401 invalid_client', () => (headers['x-client-secret'] = shop.headers['x-client-secret']!)],
      ['403 domain_unknown', () => (headers['x-client-domain'] = 'shop.example')],
      [
        '403 client_disabled',
        () => sql(`update applications set disabled_at = null ${application}`),
      ],
      [
        '403 secret_not_linked',
        () => cast.domains.link(theService, shop, shop.secretId, { asIt: true }),
      ],
      ['403 domain_inactive', set('active = true')],
      ['403 login_not_allowed', set('allow_login = true')],
      ['403 ip_not_allowed', () => (headers['x-forwarded-for'] = '192.0.2.9')],
      ['403 https_required', () => (headers['x-forwarded-proto'] = 'https')],
      ['422 validation_failed', () => (body = '{"redirect_url":"https://shop.example/"}')],
      [
        '422 redirect_not_registered',
        () => (body = JSON.stringify({ redirect_url: shop.redirectUrl })),
      ],
      ['200 success', set(`server_ips = '{}'`)],
    ];
    const told: string[] = [];
    for (const [, mend] of mends) {
      told.push(await codeOf('sign-token', body, headers));
      await mend();
    }
    expect(told).toEqual(mends.map(([code]) => code));
  });

  test('the owner reads each true reason, and a call that was refused is no use of the secret', async () => {
    await service.app.get(Refusals, { strict: false }).flush();
    const rows = await sql<{ reason: string }>(
      'select reason from refused_calls where application_id = $1 order by id',
      shop.applicationId,
    );
    expect(rows.map(({ reason }) => reason)).toEqual([
      ...['wrong_secret', 'domain_unknown', 'application_disabled', 'secret_not_linked'],
      ...['domain_inactive', 'login_not_allowed', 'ip_not_allowed', 'https_required'],
      'redirect_not_registered',
    ]);
    const used = async () => {
      await service.app.get(SecretUses, { strict: false }).flush();
      const [row] = await sql<{ count: string }>(
        'select coalesce(sum(count), 0)::text as count from secret_uses where secret_id = $1',
        shop.secretId,
      );
      return row!.count;
    };
    // Validation and the address of the callback were judged after the check had let it in, and the last call.
    expect(await used()).toBe('3');
    await signToken({ ...shop.headers, 'x-client-domain': 'nowhere.example' });
    expect(await used()).toBe('3');
  });

  test('an http callback of a live domain is refused by its scheme', async () => {
    const redirect = { redirect_url: 'http://shop.example/signed-in' };
    expect(await signToken(shop.headers, redirect)).toBe('403 https_required');
    // Elsewhere the field means nothing.
    const body = { token: 'x', ...redirect };
    expect(await codeOf('sign-token-verify', body, shop.headers)).toBe('400 token_invalid');
  });

  test('api calls are another permission than sign-in', async () => {
    await sql('update domains set allow_api = false where id = $1', shop.domainId);
    expect(await userinfo(shop, '7')).toBe('403 api_not_allowed');
    expect(await verify(shop, 'x')).toBe('400 token_invalid');
    await sql('update domains set allow_api = true where id = $1', shop.domainId);
    expect(await userinfo(shop, '7')).toBe('404 user_unknown');
    for (const sub of [undefined, '', '0', '-1', '1.5', 'x', {}, [7], true, null, '9'.repeat(17)]) {
      expect(await userinfo(shop, sub)).toBe('422 validation_failed');
    }
    expect(await userinfo(shop, '9'.repeat(16))).toBe('404 user_unknown');
  });

  test('a secret that is deleted, switched off or expired is refused from the next call on', async () => {
    const gone = await cast.program('Partner-GB-LaneTrust-DM', 'gone.example');
    const call = () => codeOf('sign-token', { redirect_url: gone.redirectUrl }, gone.headers);
    const person = await cast.person(grace);
    const secrets = service.app.get(Secrets, { strict: false });
    expect(await call()).toBe('200 success');
    await secrets.switchOff(person, gone.applicationId, gone.secretId);
    expect(await call()).toBe('401 invalid_client');
    await secrets.switchOn(person, gone.applicationId, gone.secretId);
    expect(await call()).toBe('200 success');
    await secrets.delete(person, gone.applicationId, gone.secretId);
    expect(await call()).toBe('401 invalid_client');
  });

  test('a domain that is deleted is unknown, and new under its old host without its links', async () => {
    const host = 'short-lived.example';
    const client = await cast.program('Partner-GB-LaneTrust-DM', host);
    const call = () => codeOf('sign-token-verify', { token: 'x' }, client.headers);
    expect(await call()).toBe('400 token_invalid');
    await cast.domains.delete(theService, client, { asIt: true });
    expect(await call()).toBe('403 domain_unknown');
    const wish = { host, name: host, environment: 'live', allowLogin: true };
    await cast.domains.create(theService, client.applicationId, wish, { asIt: true });
    expect(await call()).toBe('403 secret_not_linked');
  });

  test('the secret of a resource server is no application’s', async () => {
    const { newSecret } = await import('../../src/secrets/secret-wish.js');
    const { newValue } = await import('../../src/secrets/value.js');
    const { Secret } = await import('../../src/secrets/secret.entity.js');
    const [{ id }] = (await sql<{ id: string }>(
      `select id from resources where not any_api limit 1`,
    )) as [{ id: string }];
    const value = newValue();
    const createdAt = service.clock.now();
    const terms = {
      ...{ name: 'Server', createdAt },
      expiresAt: new Date(createdAt.getTime() + 9e8),
    };
    const row = newSecret(service.platform.keys, { resourceId: id }, terms, theService, value);
    await service.dataSource.getRepository(Secret).insert(row);
    const headers = { ...shop.headers, 'x-client-id': id, 'x-client-secret': value };
    expect(await signToken(headers)).toBe('401 invalid_client');
  });
});

describe('the three headers', () => {
  test.each([
    ['SHOP.example'],
    ['shop.example:443'],
    ['shop.example.'],
    ['www.shop.example'],
    [' WWW.Shop.Example.:8443 '],
    ['id'],
    ['ID'],
  ])('the domain may be spelled %s', async (spelling) => {
    const id = spelling === 'id' ? shop.domainId : shop.domainId.toUpperCase();
    const domain = /^id$/i.test(spelling) ? id : spelling;
    expect(await signToken({ ...shop.headers, 'x-client-domain': domain })).toBe('200 success');
  });

  test.each([
    ['shop.example.org'],
    ['a.shop.example'],
    ['trial.example'],
    ['https://shop.example'],
  ])('%s is not the domain', async (domain) => {
    expect(await signToken({ ...shop.headers, 'x-client-domain': domain })).toBe(
      '403 domain_unknown',
    );
  });

  test('a domain of another application is unknown, also by its id', async () => {
    const domain = { 'x-client-domain': trial.domainId };
    expect(await signToken({ ...shop.headers, ...domain })).toBe('403 domain_unknown');
  });

  test('an IDN may come as punycode or as UTF-8', async () => {
    const idn = await cast.program('Partner-NL-Matchpunt-SMC', 'bücher.example');
    const call = (domain: string) =>
      codeOf('sign-token-verify', { token: 'x' }, { ...idn.headers, 'x-client-domain': domain });
    expect(await call('xn--bcher-kva.example')).toBe('400 token_invalid');
    const bytes = Buffer.from('Bücher.example').toString('latin1');
    expect(await call(bytes)).toBe('400 token_invalid');
  });

  test.each(['x-client-id', 'x-client-secret', 'x-client-domain'])(
    'without %s nothing is judged',
    async (name) => {
      const rest = { ...shop.headers };
      delete rest[name];
      expect(await signToken(rest)).toBe('401 missing_credentials');
      expect(await signToken({ ...rest, [name]: ' ' })).toBe('401 missing_credentials');
    },
  );

  test('the client ID may have capitals', async () => {
    const id = shop.headers['x-client-id']!.toUpperCase();
    expect(await signToken({ ...shop.headers, 'x-client-id': id })).toBe('200 success');
  });

  test('an address that nobody vouches for is not believed', async () => {
    // The nearest hop that is no proxy counts; what stands before it was written by the caller.
    await sql(`update domains set server_ips = '{192.0.2.0/24}' where id = $1`, shop.domainId);
    const from = (hops: string) => signToken({ ...shop.headers, 'x-forwarded-for': hops });
    expect(await from('198.51.100.1, 192.0.2.3')).toBe('200 success');
    expect(await from('192.0.2.3, 198.51.100.1')).toBe('403 ip_not_allowed');
    expect(await from('::ffff:192.0.2.3')).toBe('200 success');
    expect(await from('unknown')).toBe('403 ip_not_allowed');
    await sql(`update domains set server_ips = '{}' where id = $1`, shop.domainId);
  });
});

describe('the envelope', () => {
  const raw = async (path: string, init: RequestInit) => {
    const response = await fetch(service.url + path, { redirect: 'manual', ...init });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text };
  };
  const json = { 'content-type': 'application/json' };

  test.each<[string, string, RequestInit, number, string]>([
    ['an unknown address', '/api/nothing', {}, 404, 'not_found'],
    ['an unknown address', '/api/countries', { method: 'POST' }, 404, 'not_found'],
    ['an address with much behind it', `/api/${'a'.repeat(300)}`, {}, 404, 'not_found'],
    ['an unreadable address', '/api/%', {}, 400, 'bad_request'],
    [
      'broken JSON',
      '/api/sign-token',
      { method: 'POST', body: '{', headers: json },
      400,
      'bad_json',
    ],
    ['no JSON', '/api/sign-token', { method: 'POST', body: '', headers: json }, 400, 'bad_json'],
    [
      'a poisoned object',
      '/api/sign-token',
      { method: 'POST', body: '{"__proto__":{}}', headers: json },
      ...([400, 'bad_json'] as const),
    ],
    [
      'a large body',
      '/api/sign-token',
      { method: 'POST', body: JSON.stringify('x'.repeat(70_000)), headers: json },
      ...([413, 'too_large'] as const),
    ],
    ['plain text', '/api/sign-token', { method: 'POST', body: 'x' }, 415, 'unsupported_media_type'],
    [
      'another type',
      '/api/sign-token',
      { method: 'POST', body: '<x/>', headers: { 'content-type': 'application/xml' } },
      ...([415, 'unsupported_media_type'] as const),
    ],
    ['another method', '/api/sign-token', {}, 405, 'method_not_allowed'],
    ['another method', '/api/info', { method: 'POST' }, 405, 'method_not_allowed'],
    ['no headers', '/api/get/user/info', { method: 'POST' }, 401, 'missing_credentials'],
  ])('of %s: %s', async (_what, path, init, status, code) => {
    const answer = await raw(path, init);
    const body = { status: 'error', message: expect.stringMatching(/^[A-Z].{5,}\.$/), code };
    expect([answer.status, JSON.parse(answer.text)]).toEqual([status, body]);
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('allow')).toBe(
      status !== 405 ? null : path === '/api/info' ? 'GET' : 'POST',
    );
    expect(answer.headers.has('www-authenticate')).toBe(status === 401);
  });

  test('of a fault of ours, and of a database that is away', async () => {
    const logins = service.app.get(LoginRequests, { strict: false });
    const start = logins.start.bind(logins);
    const call = () => cast.post('sign-token', { redirect_url: shop.redirectUrl }, shop.headers);
    logins.start = () => Promise.reject(new Error('a bug'));
    const bug = await call();
    logins.start = () => Promise.reject(Object.assign(new Error('gone'), { code: 'ECONNREFUSED' }));
    const away = await call();
    logins.start = start;
    expect([bug.status, bug.body]).toEqual([
      500,
      { status: 'error', message: 'A fault of ours; it has been noted.', code: 'server_error' },
    ]);
    expect([away.status, away.body.code, away.headers.get('retry-after')]).toEqual([
      ...[503, 'temporarily_unavailable', '5'],
    ]);
  });

  test('of a flood of wrong secrets', async () => {
    const flood = await startTestApp({ REFUSED_PER_CLIENT: '3' });
    const headers = { ...shop.headers, 'x-client-secret': 'wrong' };
    const calls = new HeaderCast(flood);
    for (let at = 0; at < 3; at++) {
      expect((await calls.post('sign-token', {}, headers)).body.code).toBe('invalid_client');
    }
    const answer = await calls.post('sign-token', {}, headers);
    expect([answer.status, answer.body.code]).toEqual([429, 'rate_limited']);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    await flood.close();
  });

  test('is the same from the straight way and from the framework', async () => {
    const good = { redirect_url: shop.redirectUrl };
    const calls: [string, unknown, Record<string, string>][] = [
      ['sign-token', '{', shop.headers],
      ['sign-token', '', shop.headers],
      ['sign-token', '[]', shop.headers],
      ['sign-token', 'null', shop.headers],
      ['sign-token', '"x"', shop.headers],
      ['sign-token', '{"constructor":{"prototype":{}}}', shop.headers],
      ['sign-token', good, {}],
      ['sign-token', good, { ...shop.headers, 'x-client-secret': 'x' }],
      ['sign-token', good, { ...shop.headers, 'x-forwarded-proto': 'https, http' }],
      ['sign-token', good, { ...shop.headers, 'x-forwarded-proto': 'http, https' }],
      ['sign-token-verify', { token: 'x' }, shop.headers],
      ['get/user/info', { sub: 'x' }, shop.headers],
      ['get/user/info', { sub: 7 }, shop.headers],
    ];
    const without = (text: string) => text.replace(/[\w-]{43}/g, 'T');
    for (const [path, body, headers] of calls) {
      const [straight, framework] = [
        await cast.post(path, body, headers),
        // The framework alone knows an address with a slash at its end.
        await cast.post(`${path}/`, body, headers),
      ];
      const of = (answer: typeof straight) => ({
        ...{ status: answer.status, text: without(answer.text) },
        headers: Object.fromEntries(
          [...answer.headers].map(([name, value]) => [
            name,
            /^(date|content-length|ratelimit)/.test(name) ? '…' : value,
          ]),
        ),
      });
      expect([path, body, of(straight)]).toEqual([path, body, of(framework)]);
    }
  });

  test('leaves problem details to our own REST API', async () => {
    const { text } = await raw('/api/v1/nothing', {});
    expect(JSON.parse(text)).toMatchObject({ status: 404, title: 'Not Found' });
  });
});

describe('what clients of the other system do', () => {
  test('1: every POST carries redirect_url, and fields that nobody knows', async () => {
    const more = { extra: { deep: [1] }, redirect_url: shop.redirectUrl };
    expect(await codeOf('sign-token', more, shop.headers)).toBe('200 success');
    expect(await codeOf('sign-token-verify', { ...more, token: 'x' }, shop.headers)).toBe(
      '400 token_invalid',
    );
    expect(await codeOf('get/user/info', { ...more, sub: 7 }, shop.headers)).toBe(
      '404 user_unknown',
    );
  });

  test('2: sub is a decimal below 2^53, random, and the same every time', async () => {
    const subs: string[] = [];
    for (const email of [anna, anna, grace]) {
      const { token } = await cast.approved(shop, email);
      const { body } = await cast.post('sign-token-verify', { token }, shop.headers);
      subs.push(body.data!.sub as string);
    }
    expect(subs.every((sub) => /^[1-9]\d{0,15}$/.test(sub))).toBe(true);
    expect(subs.every((sub) => Number.isSafeInteger(Number(sub)))).toBe(true);
    expect(subs[0]).toBe(subs[1]);
    expect(subs[0]).not.toBe(subs[2]);
    const twice = sql(
      `insert into subjects select $1, id from users where email = $2`,
      ...[...[subs[0], 'bram@matchpunt.example']],
    );
    await expect(twice).rejects.toThrow(/subjects_pkey/);
  });

  test('3: success has a status, a message and data; a failure is no success', async () => {
    const good = await cast.post('sign-token', { redirect_url: shop.redirectUrl }, shop.headers);
    expect([good.status, good.body]).toEqual([
      200,
      {
        status: 'success',
        message: expect.any(String),
        data: {
          client_id: shop.headers['x-client-id'],
          token: expect.stringMatching(/^[\w-]{43}$/),
          expires_at: new Date(service.clock.now().getTime() + 600_000).toISOString(),
          url: `http://localhost:3000/sign-in-to/${good.body.data!.token}`,
        },
      },
    ]);
    expect(good.headers.get('cache-control')).toBe('no-store');
  });

  test('4: a sign-in begun on one domain is collected on another of the same application', async () => {
    const place = await cast.domains.create(
      theService,
      shop.applicationId,
      { host: 'other.example', name: 'Other', environment: 'live', allowLogin: true },
      { asIt: true },
    );
    const other = { applicationId: shop.applicationId, domainId: place.id };
    await cast.domains.link(theService, other, shop.secretId, { asIt: true });
    const { token } = await cast.approved(shop, anna);
    const headers = { ...shop.headers, 'x-client-domain': 'www.other.example' };
    expect(await codeOf('sign-token-verify', { token }, headers)).toBe('200 success');
  });

  test('5: no route redirects', async () => {
    for (const path of ['/api/sign-token/', '/api/get/user/info/', '/api/nothing/', '/api/info/']) {
      const post = path !== '/api/info/' && path !== '/api/nothing/';
      const response = await fetch(service.url + path, {
        ...{ method: post ? 'POST' : 'GET', redirect: 'manual' as const },
      });
      expect([path, response.headers.get('location')]).toEqual([path, null]);
      expect([200, 401, 404]).toContain(response.status);
    }
  });

  test('6: credentials in the body are none', async () => {
    const body = {
      ...{ client_id: shop.headers['x-client-id'], client_secret: shop.headers['x-client-secret'] },
      ...{ client_domain: 'shop.example', redirect_url: shop.redirectUrl, ...shop.headers },
    };
    expect(await codeOf('sign-token', body)).toBe('401 missing_credentials');
    const wrong = { ...shop.headers, 'x-client-secret': 'wrong' };
    expect(await codeOf('sign-token', body, wrong)).toBe('401 invalid_client');
    const { 'x-client-id': id, 'x-client-secret': secret } = shop.headers;
    const basic = { authorization: `Basic ${btoa(`${id}:${secret}`)}` };
    expect(await codeOf('sign-token', body, basic)).toBe('401 missing_credentials');
  });

  test('forms are read as well', async () => {
    const body = new URLSearchParams({ redirect_url: shop.redirectUrl }).toString();
    const headers = { ...shop.headers, 'content-type': 'application/x-www-form-urlencoded' };
    expect(await codeOf('sign-token', body, headers)).toBe('200 success');
  });

  test('info is for everyone, whatever headers come', async () => {
    for (const headers of [{}, { ...shop.headers, 'x-client-secret': 'wrong' }]) {
      const response = await fetch(`${service.url}/api/info`, {
        headers: { ...headers, 'user-agent': 'test' },
      });
      expect([response.status, await response.json()]).toEqual([
        200,
        {
          status: 'success',
          message: expect.any(String),
          data: {
            application: {
              ...{ name: 'Keyturn', description: expect.any(String), version: '0.1.0' },
              ...{ locale: 'en', timezone: 'UTC', time: service.clock.now().toISOString() },
            },
            client: { ip: '127.0.0.1', user_agent: 'test' },
            api: {
              documentation: expect.any(String),
              endpoints: expect.objectContaining({ info: 'http://localhost:3000/api/info' }),
            },
          },
        },
      ]);
    }
  });
});

describe('the hand-off', () => {
  test('leads back with another token, which tells who signed in, once', async () => {
    const start = await cast.start(shop);
    const person = await cast.person(anna);
    expect(await cast.signIns.open(person, start)).toMatchObject({
      application: { name: 'Partner-NL-Matchpunt-SMC' },
      organisation: { name: 'Stichting Matchpunt' },
      domain: { host: 'shop.example', environment: 'live', hasLogo: false },
      ...{ scopes: [], mayGoOn: true, redirectUrl: shop.redirectUrl },
    });
    expect(await verify(shop, start)).toBe('400 token_invalid');
    const goTo = await cast.signIns.approve(person, start, []);
    expect(goTo).toMatch(/^https:\/\/shop\.example\/signed-in\?from=keyturn&token=[\w-]{43}$/);
    const token = goTo.slice(-43);
    expect(token).not.toBe(start);
    expect(await verify(shop, start)).toBe('400 token_invalid');
    const { body } = await cast.post('sign-token-verify', { token }, shop.headers);
    expect(body.data).toEqual({
      sub: expect.any(String),
      ...{ name: 'Anna Visser', given_name: 'Anna', family_name: 'Visser' },
      ...{ email: anna, email_verified: true, picture: null },
    });
    expect(await verify(shop, token)).toBe('400 token_invalid');
  });

  test('of fifty parallel verifications one succeeds', async () => {
    const { token } = await cast.approved(shop, anna);
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('select from login_requests for update');
    const all = Promise.all(Array.from({ length: 50 }, () => verify(shop, token)));
    // As many as the pool has connections beside this one; the others wait for those.
    await waitingFor(runner, 3);
    await runner.commitTransaction();
    await runner.release();
    const answers = await all;
    expect(answers.filter((each) => each === '200 success')).toHaveLength(1);
    expect(answers.filter((each) => each === '400 token_invalid')).toHaveLength(49);
  });

  test('a result is good for a minute, a start for ten, both to the millisecond', async () => {
    const first = await cast.approved(shop, anna);
    service.clock.advance(59_999);
    expect(await verify(shop, first.token)).toBe('200 success');
    const second = await cast.approved(shop, anna);
    service.clock.advance(60_000);
    expect(await verify(shop, second.token)).toBe('400 token_invalid');
    const person = await cast.person(anna);
    const [early, late] = [await cast.start(shop), await cast.start(shop)];
    service.clock.advance(599_999);
    await cast.signIns.open(person, early);
    service.clock.advance(1);
    const over = { code: 'sign_in_over', goTo: 'https://shop.example/failed' };
    await expect(cast.signIns.open(person, late)).rejects.toMatchObject(over);
    await expect(cast.signIns.approve(person, early, [])).rejects.toMatchObject(over);
  });

  test('is decided once, by whoever opened it first', async () => {
    const start = await cast.start(shop);
    const [first, second] = [await cast.person(anna), await cast.person(grace)];
    await cast.signIns.open(first, start);
    await cast.signIns.open(first, start);
    const foreign = { code: 'sign_in_over', goTo: null };
    await expect(cast.signIns.open(second, start)).rejects.toMatchObject(foreign);
    await expect(cast.signIns.approve(second, start, [])).rejects.toMatchObject(foreign);
    await cast.signIns.approve(first, start, []);
    const over = { code: 'sign_in_over', goTo: 'https://shop.example/failed' };
    await expect(cast.signIns.approve(first, start, [])).rejects.toMatchObject(over);
    await expect(cast.signIns.decline(first, start)).rejects.toMatchObject(over);
    for (const made of ['', 'x', start.slice(1), `${start}a`]) {
      await expect(cast.signIns.open(first, made)).rejects.toMatchObject(foreign);
    }
  });

  test('declined, it leads to the fallback address and gives nothing', async () => {
    const person = await cast.person(anna);
    expect(await cast.signIns.decline(person, await cast.start(shop))).toBe(
      'https://shop.example/failed',
    );
    const rows = await sql<{ digest: Buffer | null }>(
      `select result_digest as digest from login_requests l join audit_events e
         on e.action = 'client_user.decline' and e.at = l.decided_at
       where l.result_digest is null`,
    );
    expect(rows).toHaveLength(1);
  });

  test('ends with what it stands on: the domain, its callback, the application', async () => {
    const person = await cast.person(anna);
    const tables = [
      [`domains`, 'active', 'id', shop.domainId],
      [`domains`, 'allow_login', 'id', shop.domainId],
      [`domain_urls`, 'active', 'domain_id', shop.domainId],
    ] as const;
    for (const [table, column, key, id] of tables) {
      const start = await cast.start(shop);
      await sql(`update ${table} set ${column} = false where ${key} = $1`, id);
      await expect(cast.signIns.approve(person, start, [])).rejects.toMatchObject({
        code: 'sign_in_over',
      });
      await sql(`update ${table} set ${column} = true where ${key} = $1`, id);
      await cast.signIns.approve(person, start, []);
    }
  });

  test('a token of one application is none for another', async () => {
    const { token } = await cast.approved(shop, anna);
    const other = await cast.program('Partner-GB-LaneTrust-SMC', 'shop.example');
    expect(await verify(other, token)).toBe('400 token_invalid');
    expect(await verify(shop, token)).toBe('200 success');
  });

  test('is nothing for somebody who revoked it or left meanwhile', async () => {
    const person = await cast.person(anna);
    const users = service.app.get(ClientUsers, { strict: false });
    const first = await cast.approved(shop, anna);
    await users.revoke(person, shop.applicationId);
    expect(await verify(shop, first.token)).toBe('403 user_not_connected');
    await expect(users.revoke(person, shop.applicationId)).rejects.toMatchObject({
      code: 'not_found',
    });
    const second = await cast.approved(shop, grace);
    await sql(`update users set closed_at = now() where email = $1`, grace);
    expect(await verify(shop, second.token)).toBe('404 user_unknown');
    await sql(`update users set closed_at = null where email = $1`, grace);
  });

  test('keeps no token: only digests', async () => {
    const start = await cast.start(shop);
    const [{ all }] = (await sql<{ all: string }>(
      `select json_agg(l)::text as all from login_requests l`,
    )) as [{ all: string }];
    expect(all).not.toContain(start);
    expect(all).not.toContain(Buffer.from(start).toString('hex'));
  });
});

describe('on a test domain', () => {
  test('only accepted test users sign in and are read', async () => {
    const person = await cast.person(anna);
    const start = await cast.start(trial);
    expect(await cast.signIns.open(person, start)).toMatchObject({ mayGoOn: false });
    await expect(cast.signIns.approve(person, start, [])).rejects.toMatchObject({
      code: 'forbidden',
    });
    await cast.makeTester(trial.applicationId, person.id);
    const { token } = await cast.approved(trial, anna);
    await sql(`update access_requests set state = 'withdrawn'`);
    expect(await verify(trial, token)).toBe('403 user_not_connected');
    await sql(`update access_requests set state = 'accepted'`);
    const again = await cast.approved(trial, anna);
    expect(await verify(trial, again.token)).toBe('200 success');
  });

  test('https is not needed', async () => {
    const headers = { ...trial.headers, 'x-forwarded-proto': 'http' };
    const body = { redirect_url: trial.redirectUrl };
    expect(await codeOf('sign-token', body, headers)).toBe('200 success');
  });
});

describe('reading who a user is', () => {
  test('needs the grant, the user’s agreement and, where IT says so, verification', async () => {
    const client = await cast.program('Partner-GB-LaneTrust-SMC', 'read.example');
    const signedIn = async (scopes: string[]) => {
      const { token } = await cast.approved(client, anna, scopes);
      const { body } = await cast.post('sign-token-verify', { token }, client.headers);
      return body.data!.sub as string;
    };
    const sub = await signedIn(['userinfo']);
    expect(await userinfo(client, sub)).toBe('403 scope_missing');
    await cast.grantUserinfo(client.applicationId);
    // Agreed to while it was not granted, it was not agreed to.
    expect(await userinfo(client, sub)).toBe('403 scope_missing');
    await signedIn([]);
    expect(await userinfo(client, sub)).toBe('403 scope_missing');
    await signedIn(['userinfo', 'other']);
    const { body } = await cast.post('get/user/info', { sub: Number(sub) }, client.headers);
    expect(body.data).toEqual({
      user: {
        ...{ sub, name: 'Anna Visser', given_name: 'Anna', family_name: 'Visser' },
        ...{ email: anna, email_verified: true, picture: null },
      },
    });
    await sql(`update resources set needs_verification = true where scope = 'sign-in'`);
    expect(await userinfo(client, sub)).toBe('403 scope_missing');
    const verified = `insert into verifications (id, application_id, domain_ids, resource_ids, note,
        requested_by, requested_at, state, decided_by, decided_at)
      select gen_random_uuid(), $1, $2, array[r.id], 'x', u.id, now(), 'accepted', u.id, now()
      from resources r, users u where r.scope = 'sign-in' and u.email = $3`;
    await sql(verified, client.applicationId, [shop.domainId], anna);
    expect(await userinfo(client, sub)).toBe('403 scope_missing');
    await sql(verified, client.applicationId, [client.domainId], anna);
    expect(await userinfo(client, sub)).toBe('200 success');
    await sql(`update resources set needs_verification = false where scope = 'sign-in'`);
    const person = await cast.person(anna);
    await service.app.get(ClientUsers, { strict: false }).revoke(person, client.applicationId);
    expect(await userinfo(client, sub)).toBe('403 user_not_connected');
  });

  test('is nothing that a token of the application is for', async () => {
    const one = await cast.program('Partner-DE-Donautal-SMC', 'one.example');
    await cast.grantUserinfo(one.applicationId);
    const credentials = {
      ...{ clientId: one.headers['x-client-id']!, value: one.headers['x-client-secret']! },
    };
    // Its only other resource need not be named, as before.
    const { status, body } = await askToken(service.url, credentials);
    expect([status, body.scope]).toEqual([200, expect.stringMatching(/search/)]);
    const asked = await askToken(service.url, credentials, { scope: 'userinfo' });
    expect(asked.body.error).toBe('invalid_scope');
  });
});

test('sign-ins of the day before yesterday are forgotten', async () => {
  const count = async () =>
    (await sql<{ count: number }>('select count(*)::int as count from login_requests'))[0]!.count;
  expect(await count()).toBeGreaterThan(0);
  service.clock.advance(2 * 86_400_000 + 1);
  const kept = await cast.start(shop);
  await service.app.get(LoginRequests, { strict: false }).forgetOld();
  expect(await count()).toBe(1);
  await cast.signIns.open(await cast.person(anna), kept);
});

test('switched off, the addresses are unknown, and nothing else is missing', async () => {
  const off = await startTestApp({ DOMAINS: 'off' });
  for (const path of ['sign-token', 'sign-token-verify', 'get/user/info', 'info']) {
    const { status, body } = await new HeaderCast(off).post(path, {}, shop.headers);
    expect([status, body.code]).toEqual([404, 'not_found']);
  }
  const [row] = await off.dataSource.query<{ id: string }[]>(
    `select id from applications where name = 'Partner-NL-Matchpunt-DM'`,
  );
  const page = `/manage-api-credentials/${row!.id}`;
  const browser = await off.signedIn('anna@matchpunt.example');
  expect((await browser.get(page)).text).not.toMatch(/id="domains"|X-Client-Domain/);
  for (const path of ['/domains', '/domains/new']) {
    expect((await browser.get(page + path)).status).toBe(404);
  }
  const ines = await off.signedIn('ines@keyturn.example');
  await ines.get(`/admin/applications/${row!.id}`);
  expect([ines.page.status, ines.page.text.includes('id="domains"')]).toEqual([200, false]);
  expect((await fetch(`${off.url}/api/v1/applications/${row!.id}/domains`)).status).toBe(404);
  const file = `domains: [{application: Partner-NL-Matchpunt-DM, host: a.example, name: A}]\n`;
  const provisioning = off.app.get(Provisioning, { strict: false });
  const { problems } = await provisioning.plan(file, { prune: true });
  expect(problems).toEqual([
    {
      ...{ line: 1, column: 11 },
      text: 'Domains are switched off here (DOMAINS=off), so a file cannot have any.',
    },
  ]);
  // A section without a row asks for nothing, and takes nothing away.
  const empty = `organisations: [{country: NL, slug: Matchpunt, name: Stichting Matchpunt, ion: "0381"}]\n`;
  const { counts } = await provisioning.plan(`${empty}domains: []\n`, { prune: true });
  expect(counts).toMatchObject({ change: 0, remove: 0 });
  await off.close();
});
