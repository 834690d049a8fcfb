import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import * as openid from 'openid-client';
import { CredentialLookup } from '../../src/secrets/credential-lookup.js';
import { Refusals } from '../../src/secrets/refusals.service.js';
import { altered } from '../support/altered.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { askToken, basic, type Credentials } from '../support/machine.js';
import { waitingFor } from '../support/race.js';

/* The corners of RFC 6749, 7009, 7662, 8414 and 8707 that no client library visits. */

const audience = 'https://data-manager.api.example.org';
const form = 'application/x-www-form-urlencoded';

let service: TestApp;
let good: Credentials;

beforeAll(async () => {
  const port = 21_000 + (process.pid % 20_000);
  const settings = { PUBLIC_URL: `http://127.0.0.1:${port}`, TRUSTED_PROXIES: '127.0.0.1' };
  service = await startTestApp(settings, undefined, port);
  good = service.world.secrets.find(({ name }) => name === 'Donor upload')!;
});
afterAll(() => service.close());

interface Raw {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  text: string;
}

/** Sends bytes as they are: fetch mends too much. */
function send(
  path: string,
  body: string | Buffer | undefined,
  headers: Record<string, string> = {},
  method = 'POST',
): Promise<Raw> {
  return new Promise((resolve, reject) => {
    const length = String(body ? Buffer.byteLength(body) : 0);
    const usual: Record<string, string> = headers['transfer-encoding']
      ? {}
      : { 'content-length': length };
    const sent = request(
      service.url + path,
      { method, headers: { ...usual, ...headers } },
      (response) => {
        let text = '';
        response.on('data', (chunk) => (text += chunk));
        response.on('end', () =>
          resolve({ status: response.statusCode!, headers: response.headers, text }),
        );
      },
    );
    sent.on('error', reject);
    sent.end(body);
  });
}

const withBasic = () => ({ 'content-type': form, authorization: basic(good) });
const grant = 'grant_type=client_credentials';
const resource = `resource=${encodeURIComponent(audience)}`;

describe('the token endpoint', () => {
  test.each<[string, string, number, string]>([
    ['a charset beside the type', `${grant}&${resource}`, 200, ''],
    ['an unknown parameter', `${grant}&${resource}&x=1&constructor=3`, 200, ''],
    ['a parameter with a dangerous name', `${grant}&__proto__=2`, 400, 'invalid_request'],
    ['empty parameters', `${grant}&${resource}&scope=&client_id=&client_secret=`, 200, ''],
    ['its own client ID beside the header', `${grant}&${resource}&client_id=CLIENT`, 200, ''],
    ['two blanks between scopes', `${grant}&scope=data-manager++data-manager`, 200, ''],
    ['no body', '', 400, 'invalid_request'],
    ['no grant', resource, 400, 'invalid_request'],
    ['a grant that is none', `grant_type=&${resource}`, 400, 'invalid_request'],
    ['an unknown grant', `grant_type=magic`, 400, 'unsupported_grant_type'],
    ['a grant without its code', `grant_type=authorization_code`, 400, 'invalid_request'],
    ['a grant of passwords', `grant_type=password`, 400, 'unsupported_grant_type'],
    ['a repeated grant', `${grant}&${grant}&${resource}`, 400, 'invalid_request'],
    ['a repeated empty parameter', `${grant}&${resource}&scope=&scope=`, 400, 'invalid_request'],
    ['another client ID than the header', `${grant}&client_id=x`, 400, 'invalid_request'],
    ['a secret beside the header', `${grant}&client_secret=x`, 400, 'invalid_request'],
    ['an assertion beside the header', `${grant}&client_assertion=x`, 400, 'invalid_request'],
    ['several resources', `${grant}&${resource}&resource=https://b`, 400, 'invalid_target'],
    ['a relative resource', `${grant}&resource=/data-manager`, 400, 'invalid_target'],
    ['a resource with a fragment', `${grant}&${resource}%23x`, 400, 'invalid_target'],
    ['a resource with a null', `${grant}&resource=%00`, 400, 'invalid_target'],
    ['no resource where several are granted', grant, 400, 'invalid_target'],
    ['an unknown scope', `${grant}&scope=magic`, 400, 'invalid_scope'],
    ['a tab in a scope', `${grant}&scope=data-manager%09x`, 400, 'invalid_scope'],
    ['a quote in a scope', `${grant}&scope=%22`, 400, 'invalid_scope'],
    ['half a percent sign', `${grant}&scope=%zz`, 400, 'invalid_scope'],
  ])('meets %s', async (_, body, status, error) => {
    const answer = await send('/oauth2/token', body.replace('CLIENT', good.clientId), {
      ...withBasic(),
      'content-type': `${form}; charset=UTF-8`,
    });
    expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
    expect(answer.headers['content-type']).toMatch(/^application\/json/);
    expect(answer.headers['cache-control']).toBe('no-store');
    expect(answer.headers.pragma).toBe('no-cache');
    const told = JSON.parse(answer.text) as Record<string, unknown>;
    expect(told.error ?? '').toBe(error);
    if (status === 200) expect(typeof told.expires_in).toBe('number');
    // RFC 6749 section 5.2: which signs a description may have.
    else expect(told.error_description).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
  });

  test.each([
    ['no type', undefined],
    ['JSON', 'application/json'],
    ['a file', 'multipart/form-data; boundary=x'],
    ['a type that is none', ';;;'],
    ['nearly the type', `${form}x`],
  ])('refuses %s', async (_, type) => {
    const headers = { authorization: basic(good), ...(type && { 'content-type': type }) };
    const answer = await send('/oauth2/token', `${grant}&${resource}`, headers);
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toMatchObject({ error: 'invalid_request' });
  });

  test.each([
    ['nothing', ''],
    ['a method alone', 'Basic'],
    ['another method', 'Digest username="x"'],
    ['no base 64', 'Basic %%%%'],
    ['no colon', `Basic ${Buffer.from('x').toString('base64')}`],
    ['no client ID', `Basic ${Buffer.from(':x').toString('base64')}`],
    ['no secret', `Basic ${Buffer.from('x:').toString('base64')}`],
    ['broken UTF-8', `Basic ${Buffer.from([0xff, 0xfe, 0x3a, 0x80]).toString('base64')}`],
    ['a null', `Basic ${Buffer.from('\u0000:\u0000').toString('base64')}`],
    ['a very long one', `Basic ${Buffer.from(`${'x'.repeat(8000)}:y`).toString('base64')}`],
  ])('asks for the client when the header holds %s', async (_, authorization) => {
    const headers = { 'content-type': form, authorization };
    const answer = await send('/oauth2/token', `${grant}&${resource}`, headers);
    expect(answer.status).toBe(401);
    expect(answer.headers['www-authenticate']).toMatch(/^Basic realm="/);
    expect(JSON.parse(answer.text)).toMatchObject({ error: 'invalid_client' });
  });

  test('takes an assertion for no client authentication that it knows', async () => {
    const body = `${grant}&client_assertion=x&client_assertion_type=y&client_id=${good.clientId}`;
    const answer = await send('/oauth2/token', body, { 'content-type': form });
    expect([answer.status, (JSON.parse(answer.text) as { error: string }).error]).toEqual([
      401,
      'invalid_client',
    ]);
  });

  test('knows a method by any case, and a client ID too', async () => {
    const credentials = Buffer.from(`${good.clientId.toUpperCase()}:${good.value}`);
    const headers = {
      'content-type': form,
      authorization: `bAsIc ${credentials.toString('base64')}`,
    };
    expect((await send('/oauth2/token', `${grant}&${resource}`, headers)).status).toBe(200);
  });

  test.each(['GET', 'HEAD', 'PUT', 'PATCH', 'DELETE'])('refuses %s', async (method) => {
    for (const path of ['token', 'introspect', 'revoke']) {
      const answer = await send(`/oauth2/${path}?token=x`, undefined, {}, method);
      expect([answer.status, answer.headers.allow]).toEqual([405, 'POST']);
    }
  });
});

describe('introspection and revocation', () => {
  test.each(['introspect', 'revoke'])(
    '%s takes a token, whatever hint is beside it',
    async (name) => {
      const token = async () =>
        (await askToken(service.url, good, { resource: audience })).body.access_token as string;
      for (const hint of ['', '&token_type_hint=refresh_token', '&token_type_hint=%22']) {
        const body = `token=${await token()}${hint}`;
        const answer = await send(`/oauth2/${name}`, body, withBasic());
        expect(answer.status).toBe(200);
        expect(answer.text).toContain(name === 'revoke' ? '' : '"active":true');
      }
      for (const body of ['', 'token=', 'token_type_hint=access_token']) {
        const answer = await send(`/oauth2/${name}`, body, withBasic());
        expect(answer.status).toBe(400);
        expect(JSON.parse(answer.text)).toMatchObject({ error: 'invalid_request' });
      }
      const twice = await send(`/oauth2/${name}`, 'token=a&token=b', withBasic());
      expect(twice.status).toBe(400);
      const unknown = await send(`/oauth2/${name}`, 'token=%00', withBasic());
      expect([unknown.status, unknown.text]).toEqual([
        200,
        name === 'revoke' ? '' : '{"active":false}',
      ]);
      const nobody = await send(`/oauth2/${name}`, 'token=x', { 'content-type': form });
      expect([nobody.status, nobody.headers['cache-control']]).toEqual([401, 'no-store']);
    },
  );
});

describe('the metadata (RFC 8414)', () => {
  test.each(['oauth-authorization-server', 'openid-configuration'])(
    'is at %s, the same whatever the request claims to be',
    async (name) => {
      const headers = { host: 'evil.example', 'x-forwarded-host': 'evil.example' };
      const answer = await send(`/.well-known/${name}`, undefined, headers, 'GET');
      expect(answer.headers['content-type']).toMatch(/^application\/json/);
      const issuer = service.config.PUBLIC_URL;
      expect(JSON.parse(answer.text)).toEqual({
        issuer,
        token_endpoint: `${issuer}/oauth2/token`,
        jwks_uri: `${issuer}/oauth2/jwks`,
        introspection_endpoint: `${issuer}/oauth2/introspect`,
        revocation_endpoint: `${issuer}/oauth2/revoke`,
        authorization_endpoint: `${issuer}/oauth2/authorize`,
        userinfo_endpoint: `${issuer}/oauth2/userinfo`,
        grant_types_supported: ['client_credentials', 'authorization_code', 'refresh_token'],
        response_types_supported: ['code'],
        response_modes_supported: ['query'],
        scopes_supported: ['openid', 'profile', 'email', 'offline_access'],
        claims_supported: expect.arrayContaining(['sub', 'email', 'nonce']),
        code_challenge_methods_supported: ['S256'],
        authorization_response_iss_parameter_supported: true,
        subject_types_supported: ['public'],
        id_token_signing_alg_values_supported: ['ES256'],
        claims_parameter_supported: false,
        request_parameter_supported: false,
        request_uri_parameter_supported: false,
        token_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
        introspection_endpoint_auth_methods_supported: [
          'client_secret_basic',
          'client_secret_post',
        ],
        revocation_endpoint_auth_methods_supported: ['client_secret_basic', 'client_secret_post'],
      });
    },
  );

  test('is found by a client that is told nothing but the issuer', async () => {
    const config = await openid.discovery(
      new URL(service.config.PUBLIC_URL),
      good.clientId,
      good.value,
      undefined,
      { execute: [openid.allowInsecureRequests] },
    );
    const { token_type } = await openid.clientCredentialsGrant(config, { resource: audience });
    expect(token_type).toBe('bearer');
  });

  test('names keys that hold no private half', async () => {
    const { text } = await send('/oauth2/jwks', undefined, {}, 'GET');
    const { keys } = JSON.parse(text) as { keys: Record<string, unknown>[] };
    for (const key of keys) {
      expect(Object.keys(key).sort()).toEqual(['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']);
    }
  });
});

const chunked: Record<string, string> = { 'transfer-encoding': 'chunked' };
/** A body of unknown length goes through the framework. */
const bothWays = [{}, chunked];

/* Forms as programs send them are answered in front of the framework (docs/adr/0086). */
describe('the direct way and that through the framework', () => {
  const wrong = () => basic({ clientId: good.clientId, value: altered(good.value) });
  const cases: [string, string, string, () => Record<string, string>][] = [
    ['a good request', 'token', `${grant}&${resource}`, withBasic],
    ['a wrong secret', 'token', `${grant}&${resource}`, () => ({ authorization: wrong() })],
    ['no client', 'token', `${grant}&${resource}`, () => ({})],
    ['no form', 'token', '', withBasic],
    ['a repeated parameter', 'token', `${grant}&${grant}`, withBasic],
    ['a dangerous name', 'token', `${grant}&__proto__=2`, withBasic],
    ['half a percent sign', 'token', `${grant}&resource=%zz%`, withBasic],
    ['a broken character', 'token', `${grant}&resource=%ff\xff`, withBasic],
    ['parameters in the address', 'token?x=1', `${grant}&${resource}`, withBasic],
    ['a slash at the end', 'token/', `${grant}&${resource}`, withBasic],
    ['a token that is none', 'introspect', 'token=x', withBasic],
    ['no token', 'introspect', '', withBasic],
    ['neither token nor client', 'introspect', '', () => ({})],
  ];

  test.each(cases)('answer the same: %s', async (_, path, body, headers) => {
    const answers = [];
    for (const way of bothWays) {
      const all = { 'content-type': form, ...headers(), ...way } as Record<string, string>;
      const answer = await send(`/oauth2/${path}`, body, all);
      const { date, 'content-length': length, ...rest } = answer.headers;
      expect([typeof date, Number(length)]).toEqual(['string', Buffer.byteLength(answer.text)]);
      const text = answer.text.replace(/"access_token":"[^"]+"/, '');
      answers.push({ status: answer.status, headers: rest, text });
    }
    expect(answers[1]).toEqual(answers[0]);
  });

  test('find the same address behind a proxy', async () => {
    const headers = { authorization: wrong(), 'content-type': form };
    for (const way of bothWays) {
      const proxied = { ...headers, ...way, 'x-forwarded-for': '198.51.100.1, 203.0.113.7' };
      expect((await send('/oauth2/token', `${grant}&${resource}`, proxied)).status).toBe(401);
    }
    await service.app.get(Refusals, { strict: false }).flush();
    const rows = await service.dataSource.query<{ address: string }[]>(
      'select address from refused_calls order by id desc limit 2',
    );
    expect(rows.map(({ address }) => address)).toEqual(['203.0.113.7', '203.0.113.7']);
  });

  test('keep no address that cannot be one, nor what stands before it', async () => {
    const headers = { authorization: wrong(), 'content-type': form };
    const odd = randomBytes(4_500).toString('hex');
    for (const way of bothWays) {
      for (const hops of [odd, `203.0.113.8, ${odd}, 127.0.0.1`, '<b>']) {
        const proxied = { ...headers, ...way, 'x-forwarded-for': hops };
        expect((await send('/oauth2/token', `${grant}&${resource}`, proxied)).status).toBe(401);
      }
    }
    await service.app.get(Refusals, { strict: false }).flush();
    const rows = await service.dataSource.query<{ address: string }[]>(
      'select address from refused_calls order by id desc limit 6',
    );
    expect(new Set(rows.map(({ address }) => address))).toEqual(new Set(['127.0.0.1']));
  });

  test('are told apart by the form of the request alone', async () => {
    const body = `${grant}&${resource}`;
    const types = [form, `${form};charset=UTF-8`, `${form}; charset=utf-8`, `${form}; x=1`, form];
    const ways = [{}, {}, {}, {}, chunked];
    const through: boolean[] = [];
    const note = () => (through[through.length - 1] = true);
    const channel = 'tracing:fastify.request.handler:start';
    subscribe(channel, note);
    for (const [at, type] of types.entries()) {
      through.push(false);
      const headers = { ...withBasic(), 'content-type': type, ...ways[at] };
      expect((await send('/oauth2/token', body, headers)).status).toBe(200);
    }
    unsubscribe(channel, note);
    expect(through).toEqual([false, false, false, true, true]);
  });

  /** What comes back for bytes that are sent piece by piece, each when something has been answered. */
  async function talk(...pieces: string[]): Promise<string> {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    let told = '';
    for (const piece of pieces) {
      await new Promise((resolve) => socket.write(piece, resolve));
    }
    for await (const chunk of socket) told += String(chunk);
    return told;
  }

  const head = (length: number, more = '') =>
    `POST /oauth2/token HTTP/1.1\r\nhost: x\r\ncontent-type: ${form}\r\n` +
    `authorization: ${basic(good)}\r\ncontent-length: ${length}\r\n${more}\r\n`;
  const body = `${grant}&${resource}`;
  const last = 'connection: close\r\n';

  test('take a form in pieces, and several requests at once, in their order', async () => {
    const whole = head(body.length) + body;
    const refused = head(5) + 'a=b&c';
    const told = await talk(
      whole + refused + head(body.length, last) + body.slice(0, 10),
      body.slice(10, 20),
      body.slice(20),
    );
    expect(told.match(/HTTP\/1\.1 \d+/g)).toEqual(
      ['200', '400', '200'].map((n) => `HTTP/1.1 ${n}`),
    );
  });

  test('refuse too much before it is sent, and close the connection', async () => {
    const told = await talk(head(64 * 1024 + 1));
    expect(told).toMatch(/^HTTP\/1\.1 413 /);
    expect(told).toMatch(/\r\nconnection: close\r\n/i);
  });

  test('take what was announced by Expect', async () => {
    const told = await talk(head(body.length, `expect: 100-continue\r\n${last}`), body);
    expect(told.match(/HTTP\/1\.1 \d+/g)).toEqual(['HTTP/1.1 100', 'HTTP/1.1 200']);
  });

  test('bear a client that goes away in the middle', async () => {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    await new Promise((resolve) => socket.write(head(100) + 'grant', resolve));
    const gone = once(socket, 'close');
    socket.destroy();
    await gone;
    expect((await askToken(service.url, good, { resource: audience })).status).toBe(200);
  });
});

describe('requests that come together', () => {
  test('share a statement, and each gets its own answer', async () => {
    // What was refused until now is not counted any more.
    service.clock.advance(60_000);
    const deleted = service.world.secrets.find(({ name }) => name === 'Laboratory link')!;
    const expired = service.world.secrets.find(({ name }) => name === 'Donor upload, last year')!;
    const other = service.world.secrets.find(({ name }) => name === 'Search server')!;
    await service.dataSource.query(`update secrets set deleted_at = now() where name = $1`, [
      deleted.name,
    ]);
    const kinds = [
      [good, { resource: audience }, 200],
      [other, { scope: 'match-connect' }, 200],
      [deleted, { scope: 'match-connect' }, 401],
      [expired, { resource: audience }, 401],
      [{ ...good, value: altered(good.value) }, { resource: audience }, 401],
      [{ ...good, clientId: other.clientId }, { resource: audience }, 401],
      [{ ...good, value: '\u0000"\\' }, { resource: audience }, 401],
      [good, { resource: 'https://other.example' }, 400],
    ] as const;
    const asked = Array.from({ length: 8 }, () => kinds).flat();
    const answers = await Promise.all(asked.map(([as, by]) => askToken(service.url, as, by)));
    expect(answers.map(({ status }) => status)).toEqual(asked.map(([, , status]) => status));
    for (const [at, { body, status }] of answers.entries()) {
      if (status !== 200) continue;
      const claims = (body.access_token as string).split('.')[1]!;
      const { client_id } = JSON.parse(Buffer.from(claims, 'base64url').toString()) as {
        client_id: string;
      };
      expect(client_id).toBe(asked[at]![0].clientId);
    }
    const lookup = service.app.get(CredentialLookup, { strict: false });
    const question = { name: 'test', sql: '1' };
    const found = await Promise.all(
      [good, deleted, other].map(({ value }) => lookup.find(value, question)),
    );
    expect(new Set(found.map(({ at }) => at)).size).toBe(1);
    expect(found.map(({ standing }) => standing?.deleted)).toEqual([false, true, false]);
  });

  test('get no answer that is older than they are, however it was found (S9)', async () => {
    const { value, clientId } = service.world.secrets.find(({ name }) => name === 'Search server')!;
    const lookup = service.app.get(CredentialLookup, { strict: false });
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('select pg_advisory_xact_lock(9)');
    // A statement that has seen the secret, and is held up with its answer.
    const slow = { name: 'slow', sql: 'pg_advisory_xact_lock_shared(9)::text' };
    const quick = { name: 'quick', sql: '1' };
    const ask = () => askToken(service.url, { value, clientId }, { scope: 'match-connect' });
    expect((await lookup.find(value, quick)).standing!.deleted).toBe(false);
    expect((await ask()).status).toBe(200);
    const before = lookup.find(value, slow);
    await waitingFor(runner, 1);
    await service.dataSource.query(`update secrets set deleted_at = now() where name = $1`, [
      'Search server',
    ]);
    const after = [quick, slow].map((question) => lookup.find(value, question));
    const asked = ask();
    await runner.rollbackTransaction();
    await runner.release();
    const found = await Promise.all([before, ...after]);
    expect(found.map(({ standing }) => standing!.deleted)).toEqual([false, true, true]);
    expect((await asked).status).toBe(401);
  });

  test('fail together and with nobody else when their statement fails', async () => {
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('lock table secrets in access exclusive mode');
    const ask = () => askToken(service.url, good, { resource: audience });
    const first = ask();
    await waitingFor(runner, 1);
    const second = ask();
    await waitingFor(runner, 2);
    const later = [ask(), ask()];
    await runner.query(
      `select pg_cancel_backend(pid) from pg_stat_activity
       where datname = current_database() and wait_event_type = 'Lock'
       order by query_start limit 1`,
    );
    const failed = await first;
    expect([failed.status, failed.headers.get('retry-after')]).toEqual([503, '5']);
    expect(failed.body.error).toBe('temporarily_unavailable');
    await runner.rollbackTransaction();
    await runner.release();
    const others = await Promise.all([second, ...later]);
    expect(others.map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  test('are answered while the service stops, each as the last of its connection', async () => {
    const stopping = await service.secondInstance();
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('lock table secrets in access exclusive mode');
    const asked = [good, good].map((each) => askToken(stopping.url, each, { resource: audience }));
    await waitingFor(runner, 1);
    const closed = stopping.close();
    // Nothing new is taken any more, so it is stopping.
    while ((await fetch(`${stopping.url}/oauth2/jwks`).catch(() => undefined)) !== undefined);
    await runner.rollbackTransaction();
    await runner.release();
    for (const answer of await Promise.all(asked)) {
      expect([answer.status, answer.headers.get('connection')]).toEqual([200, 'close']);
    }
    await closed;
  });

  test('do not hold a service that stops when they never come', async () => {
    const stopping = await service.secondInstance();
    const half = 'POST /oauth2/token HTTP/1.1\r\nhost: x\r\n';
    const more = `content-type: ${form}\r\ncontent-length: 9\r\n\r\na`;
    const sockets = ['', half, half + more].map((text) => {
      const socket = connect(Number(new URL(stopping.url).port), '127.0.0.1');
      socket.on('error', () => undefined);
      return { socket, sent: new Promise((resolve) => socket.write(text, resolve)) };
    });
    await Promise.all(sockets.map(({ sent }) => sent));
    const ends = sockets.map(({ socket }) => new Promise((resolve) => socket.on('close', resolve)));
    await stopping.close();
    await Promise.all(ends);
  });
});
