import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { promisify } from 'node:util';
import { createRemoteJWKSet, jwtVerify } from 'jose';
import * as oauth from 'oauth4webapi';
import * as openid from 'openid-client';
import { Refusals } from '../../src/secrets/refusals.service.js';
import { SecretUses } from '../../src/secrets/uses.service.js';
import { altered } from '../support/altered.js';
import { startTestApp, type TestApp } from '../support/app.js';

const run = promisify(execFile);
const audience = 'https://data-manager.api.example.org';

let service: TestApp;
beforeAll(async () => {
  // The issuer is the configured address, so it must be the one that the tests can reach.
  const port = 41_000 + (process.pid % 20_000);
  service = await startTestApp({ PUBLIC_URL: `http://127.0.0.1:${port}` }, undefined, port);
});
afterAll(() => service.close());

function credentials(name: string): { clientId: string; value: string } {
  return service.world.secrets.find((secret) => secret.name === name)!;
}

const basic = (id: string, secret: string) =>
  `Basic ${Buffer.from(`${encodeURIComponent(id)}:${encodeURIComponent(secret)}`).toString('base64')}`;

interface Answer {
  status: number;
  headers: Headers;
  text: string;
  body: Record<string, unknown>;
}

async function post(
  path: string,
  fields: Record<string, string> | string | [string, string][],
  headers: Record<string, string> = {},
  url = service.url,
): Promise<Answer> {
  const response = await fetch(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: typeof fields === 'string' ? fields : new URLSearchParams(fields).toString(),
  });
  const text = await response.text();
  const body = text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {};
  return { status: response.status, headers: response.headers, text, body };
}

function ask(name: string, fields: Record<string, string> = {}, url?: string): Promise<Answer> {
  const { clientId, value } = credentials(name);
  return post(
    '/oauth2/token',
    { grant_type: 'client_credentials', ...fields },
    { authorization: basic(clientId, value) },
    url,
  );
}

async function tokenOf(name: string, fields: Record<string, string> = {}): Promise<string> {
  const { status, body } = await ask(name, fields);
  expect(status).toBe(200);
  return body.access_token as string;
}

async function introspected(name: string, token: string, url?: string): Promise<Answer> {
  const { clientId, value } = credentials(name);
  return post('/oauth2/introspect', { token }, { authorization: basic(clientId, value) }, url);
}

describe('a token (T1–T3, T6)', () => {
  test.each(['basic', 'post'])('is given for a good secret by client_secret_%s', async (method) => {
    const { clientId, value } = credentials('Donor upload');
    const body = { grant_type: 'client_credentials', resource: audience };
    const answer =
      method === 'basic'
        ? await post('/oauth2/token', body, { authorization: basic(clientId, value) })
        : await post('/oauth2/token', { ...body, client_id: clientId, client_secret: value });
    expect(answer.status).toBe(200);
    expect(answer.headers.get('cache-control')).toBe('no-store');
    expect(answer.headers.get('pragma')).toBe('no-cache');
    expect(answer.headers.get('content-type')).toMatch(/^application\/json/);
    expect(answer.body).toEqual({
      access_token: expect.any(String),
      token_type: 'Bearer',
      expires_in: 3600,
      scope: 'data-manager',
      client_secret_expires_at: expect.any(Number),
    });
  });

  test('is a JWT of RFC 9068 that jose accepts by our JWKS', async () => {
    const token = await tokenOf('Donor upload', { resource: audience });
    const jwks = createRemoteJWKSet(new URL(`${service.url}/oauth2/jwks`));
    const { payload, protectedHeader } = await jwtVerify(token, jwks, {
      issuer: service.config.PUBLIC_URL,
      audience,
      typ: 'at+jwt',
      algorithms: ['ES256'],
      currentDate: service.clock.now(),
    });
    const { clientId } = credentials('Donor upload');
    expect(protectedHeader.kid).toEqual(expect.any(String));
    expect(payload).toMatchObject({ sub: clientId, client_id: clientId, scope: 'data-manager' });
    expect(payload.exp! - payload.iat!).toBe(3600);
  });

  test.each([
    [{ scope: `${audience}/.default` }, 200, audience],
    [{ scope: 'data-manager.sandbox' }, 200, 'https://sandbox.data-manager.api.example.org'],
    [{ scope: 'data-manager', resource: audience }, 200, audience],
    [{ scope: '', resource: audience }, 200, audience],
    [{}, 400, 'invalid_target'],
    [{ resource: 'https://match-connect.api.example.org' }, 400, 'invalid_target'],
    [{ resource: 'data-manager' }, 400, 'invalid_target'],
    [{ resource: audience, scope: 'data-manager.sandbox' }, 400, 'invalid_target'],
    [{ scope: 'match-connect' }, 400, 'invalid_scope'],
    [{ scope: 'data-manager data-manager.sandbox' }, 400, 'invalid_scope'],
    [{ scope: 'data-manager no-such' }, 400, 'invalid_scope'],
  ])('asked for by %j: %i %s', async (fields, status, expected) => {
    const answer = await ask('Donor upload', fields);
    expect(answer.status).toBe(status);
    if (status !== 200) return expect(answer.body.error).toBe(expected);
    const claims = (answer.body.access_token as string).split('.')[1]!;
    expect(JSON.parse(Buffer.from(claims, 'base64url').toString())).toMatchObject({
      aud: expected,
    });
  });

  test('needs no resource where one is granted', async () => {
    expect((await ask('First steps')).status).toBe(200);
  });

  test('says that a newer secret is in use', async () => {
    const old = await ask('Night export 2025', { scope: 'match-connect' });
    expect(old.headers.get('client-secret-replaced-by-newer')).toBe('true');
    const newer = await ask('Night export 2026', { scope: 'match-connect' });
    expect(newer.headers.get('client-secret-replaced-by-newer')).toBeNull();
  });

  test('tells a client about its own secret', async () => {
    const { clientId, value } = credentials('First steps');
    const response = await fetch(`${service.url}/api/v1/self/secret`, {
      headers: { authorization: basic(clientId, value) },
    });
    expect(response.status).toBe(200);
    expect(await response.json()).toMatchObject({
      client_id: clientId,
      secret: { name: 'First steps', days_left: 0, last_day: '2026-12-01' },
    });
  });
});

describe('requests that are refused (RFC 6749 section 5.2)', () => {
  const good = () => credentials('Donor upload');
  const inBody = () => ({
    grant_type: 'client_credentials',
    resource: audience,
    client_id: good().clientId,
    client_secret: good().value,
  });

  test('by method, type, form and grant', async () => {
    const { clientId, value } = good();
    const header = { authorization: basic(clientId, value) };
    const tries: [string, Promise<Answer>, number, string][] = [
      [
        'credentials in the address',
        post(`/oauth2/token?client_secret=${value}`, inBody()),
        400,
        'invalid_request',
      ],
      ['two methods', post('/oauth2/token', inBody(), header), 400, 'invalid_request'],
      [
        'a repeated parameter',
        post('/oauth2/token', [...Object.entries(inBody()), ['grant_type', 'client_credentials']]),
        400,
        'invalid_request',
      ],
      [
        'a repeated resource',
        post('/oauth2/token', [...Object.entries(inBody()), ['resource', audience]]),
        400,
        'invalid_target',
      ],
      [
        'JSON',
        post('/oauth2/token', JSON.stringify(inBody()), { 'content-type': 'application/json' }),
        400,
        'invalid_request',
      ],
      [
        'broken JSON',
        post('/oauth2/token', '{', { 'content-type': 'application/json' }),
        400,
        'invalid_request',
      ],
      [
        'text',
        post('/oauth2/token', 'x', { 'content-type': 'text/plain' }),
        400,
        'invalid_request',
      ],
      ['no grant', post('/oauth2/token', { ...inBody(), grant_type: '' }), 400, 'invalid_request'],
      [
        'the password grant',
        post('/oauth2/token', { ...inBody(), grant_type: 'password' }),
        400,
        'unsupported_grant_type',
      ],
      [
        'an implicit grant',
        post('/oauth2/token', { ...inBody(), grant_type: 'implicit' }),
        400,
        'unsupported_grant_type',
      ],
      [
        'a large body',
        post('/oauth2/token', { ...inBody(), x: 'x'.repeat(200_000) }),
        413,
        'invalid_request',
      ],
      [
        'no client',
        post('/oauth2/token', { grant_type: 'client_credentials' }),
        401,
        'invalid_client',
      ],
      [
        'a broken header',
        post('/oauth2/token', { grant_type: 'client_credentials' }, { authorization: 'Basic !!!' }),
        401,
        'invalid_client',
      ],
      [
        'a bearer header',
        post(
          '/oauth2/token',
          { grant_type: 'client_credentials' },
          { authorization: 'Bearer abc' },
        ),
        401,
        'invalid_client',
      ],
      [
        'a header without a colon',
        post(
          '/oauth2/token',
          { grant_type: 'client_credentials' },
          { authorization: `Basic ${Buffer.from('abc').toString('base64')}` },
        ),
        401,
        'invalid_client',
      ],
      [
        'a badly encoded header',
        post(
          '/oauth2/token',
          { grant_type: 'client_credentials' },
          { authorization: `Basic ${Buffer.from('%zz:x').toString('base64')}` },
        ),
        401,
        'invalid_client',
      ],
      [
        'a null in the client ID',
        post('/oauth2/token', { ...inBody(), client_id: '\u0000' }),
        401,
        'invalid_client',
      ],
      ['an address that is not there', post('/oauth2/nothing', {}), 404, 'not_found'],
    ];
    for (const [name, answer, status, error] of tries) {
      const { status: found, body, headers } = await answer;
      expect({ name, status: found, error: body.error }).toEqual({ name, status, error });
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.has('www-authenticate')).toBe(status === 401);
    }
  });

  test.each(['GET', 'PUT', 'DELETE'])('by %s', async (method) => {
    const response = await fetch(`${service.url}/oauth2/token`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
  });

  test('reads percent-encoded halves of the header as RFC 6749 section 2.3.1 says', async () => {
    const { clientId, value } = good();
    const encoded = [clientId, value].map((half) =>
      [...half].map((each) => `%${each.charCodeAt(0).toString(16)}`).join(''),
    );
    const header = `Basic ${Buffer.from(encoded.join(':')).toString('base64')}`;
    const answer = await post(
      '/oauth2/token',
      { grant_type: 'client_credentials', resource: audience },
      { authorization: header },
    );
    expect(answer.status).toBe(200);
  });

  test('answer the same, byte for byte, for every reason; the owner learns the true one (T4)', async () => {
    const { dataSource, clock } = service;
    const { clientId } = good();
    const now = clock.now();
    const set = (name: string, column: string) =>
      dataSource.query(`update secrets set ${column} = $2 where name = $1`, [name, now]);
    await set('Laboratory link', 'deleted_at');
    const night = credentials('Night export 2026');
    const tries: Record<string, [string, string]> = {
      'unknown client': ['00000000-0000-4000-8000-000000000000', good().value],
      'not a client ID': ['nobody', good().value],
      wrong_secret: [clientId, altered(good().value)],
      expired: [clientId, credentials('Donor upload, last year').value],
      off: [night.clientId, credentials('Migration test').value],
      deleted: [night.clientId, credentials('Laboratory link').value],
      'the secret of another': [clientId, night.value],
    };
    const answers = [];
    for (const [id, value] of Object.values(tries)) {
      answers.push(
        await post(
          '/oauth2/token',
          { grant_type: 'client_credentials', resource: audience },
          { authorization: basic(id, value) },
        ),
      );
    }
    expect(new Set(answers.map(({ text, status }) => `${status} ${text}`)).size).toBe(1);
    expect(answers[0]!.status).toBe(401);
    const names = (answer: Answer) => [...answer.headers.keys()].sort().join();
    expect(new Set(answers.map(names)).size).toBe(1);
    await service.app.get(Refusals, { strict: false }).flush();
    const reasons = await dataSource.query<{ reason: string }[]>(
      `select reason from refused_calls order by id`,
    );
    expect(reasons.map(({ reason }) => reason)).toEqual([
      'wrong_secret',
      'expired',
      'off',
      'deleted',
      'wrong_secret',
    ]);
    await dataSource.query(`update secrets set deleted_at = null where name = 'Laboratory link'`);
  });
});

describe('the end of access (S9, T5)', () => {
  const name = 'Search server';
  const scope = { scope: 'match-connect' };

  test.each([
    [
      'the secret is switched off',
      `update secrets set disabled_at = now() where name = $1`,
      `update secrets set disabled_at = null where name = $1`,
    ],
    [
      'the secret is deleted',
      `update secrets set deleted_at = now() where name = $1`,
      `update secrets set deleted_at = null where name = $1`,
    ],
    [
      'the application is disabled',
      `update applications set disabled_at = now() where id = (select application_id from secrets where name = $1)`,
      `update applications set disabled_at = null where id = (select application_id from secrets where name = $1)`,
    ],
  ])('comes at once, on every instance, when %s', async (_, end, undo) => {
    const second = await service.secondInstance();
    const token = await tokenOf(name, scope);
    const watcher = 'Search server';
    expect((await introspected(watcher, token, second.url)).body).toMatchObject({ active: true });
    await service.dataSource.query(end, [name]);
    for (const url of [service.url, second.url]) {
      const refused = await ask(name, scope, url);
      expect([refused.status, refused.body.error]).toEqual([401, 'invalid_client']);
      expect((await introspected(watcher, token, url)).status).toBe(401);
    }
    await service.dataSource.query(undo, [name]);
    expect((await introspected(watcher, token)).body).toMatchObject({ active: true });
    await second.close();
  });

  test('comes when the grant is withdrawn, the token is revoked, or its hour is over', async () => {
    const [granted] = await service.dataSource.query<
      { application_id: string; resource_id: string }[]
    >(
      `select g.application_id, g.resource_id from grants g join resources r on r.id = g.resource_id
       join secrets s on s.application_id = g.application_id
       where s.name = $1 and r.scope = 'match-connect'`,
      [name],
    );
    const token = await tokenOf(name, scope);
    const { application_id, resource_id } = granted!;
    await service.dataSource.query(
      `delete from grants where application_id = $1 and resource_id = $2`,
      [application_id, resource_id],
    );
    expect((await introspected(name, token)).text).toBe('{"active":false}');
    expect((await ask(name, scope)).body.error).toBe('invalid_scope');
    await service.dataSource.query(
      `insert into grants (application_id, resource_id, granted_at) values ($1, $2, now())`,
      [application_id, resource_id],
    );
    expect((await introspected(name, token)).body).toMatchObject({ active: true });

    const { clientId, value } = credentials(name);
    const revoked = await post(
      '/oauth2/revoke',
      { token },
      { authorization: basic(clientId, value) },
    );
    expect([revoked.status, revoked.text]).toEqual([200, '']);
    expect((await introspected(name, token)).text).toBe('{"active":false}');

    const later = await tokenOf(name, scope);
    service.clock.advance(3_600_000);
    expect((await introspected(name, later)).text).toBe('{"active":false}');
  });

  test('of another client is nobody’s business', async () => {
    const token = await tokenOf(name, scope);
    expect((await introspected('Donor upload', token)).text).toBe('{"active":false}');
    const { clientId, value } = credentials('Donor upload');
    const header = { authorization: basic(clientId, value) };
    for (const each of [token, 'unknown', 'a.b.c']) {
      expect((await post('/oauth2/revoke', { token: each }, header)).status).toBe(200);
    }
    expect((await introspected(name, token)).body).toMatchObject({ active: true });
    expect((await post('/oauth2/introspect', { token })).status).toBe(401);
  });

  test('never lies behind the end of the secret', async () => {
    const end = Date.parse('2026-12-02T00:00:00Z');
    service.clock.set(new Date(end - 600_000));
    const answer = await ask('First steps');
    expect(answer.body).toMatchObject({ expires_in: 600, client_secret_expires_at: end / 1000 });
    service.clock.set(new Date(end - 1000));
    expect((await ask('First steps')).status).toBe(200);
    service.clock.set(new Date(end));
    expect((await ask('First steps')).status).toBe(401);
  });
});

/** Of the last of 86 characters, four bits are of no byte. */
function otherSpelling(token: string): string {
  const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
  return token.slice(0, -1) + letters[letters.indexOf(token.at(-1)!) ^ 1]!;
}

describe('forged tokens', () => {
  test('are inactive, whatever is forged', async () => {
    const token = await tokenOf('Donor upload', { resource: audience });
    const [head, body, signature] = token.split('.') as [string, string, string];
    const json = (part: string) =>
      JSON.parse(Buffer.from(part, 'base64url').toString()) as Record<string, unknown>;
    const pack = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
    const [publicKey] = (
      (await (await fetch(`${service.url}/oauth2/jwks`)).json()) as { keys: object[] }
    ).keys;
    const hs256 = `${pack({ ...json(head), alg: 'HS256' })}.${body}`;
    const forged = [
      `${pack({ ...json(head), alg: 'none' })}.${body}.`,
      `${pack({ ...json(head), alg: 'none' })}.${body}.${signature}`,
      `${hs256}.${createHmac('sha256', JSON.stringify(publicKey)).update(hs256).digest('base64url')}`,
      `${pack({ ...json(head), kid: 'other' })}.${body}.${signature}`,
      `${pack({ ...json(head), jwk: publicKey })}.${body}.${signature}`,
      `${pack({ ...json(head), typ: 'JWT' })}.${body}.${signature}`,
      `${head}.${pack({ ...json(body), aud: 'https://other.example' })}.${signature}`,
      `${head}.${pack({ ...json(body), exp: 9_999_999_999 })}.${signature}`,
      `${head}.${pack({ ...json(body), iss: 'https://other.example' })}.${signature}`,
      `${head}.${body}.${'A'.repeat(86)}`,
      `${token}.x`,
      ...['=', '==', '\n', '\r\n', ' ', '\0', '%', '+', '.', 'é'].map((end) => token + end),
      ` ${token}`,
      `${head}=.${body}.${signature}`,
      `${head}.${body}\n.${signature}`,
      `${head}.${body}.${signature.slice(0, 40)} ${signature.slice(40)}`,
      otherSpelling(token),
    ];
    for (const each of forged) {
      expect((await introspected('Donor upload', each)).text).toBe('{"active":false}');
    }
    expect((await introspected('Donor upload', token)).body).toMatchObject({ active: true });
  });
});

describe('the record (S12)', () => {
  test('of uses: last time, count of the day, addresses, in one batch', async () => {
    const { dataSource, clock } = service;
    const uses = service.app.get(SecretUses, { strict: false });
    await uses.flush();
    const count = async () => {
      const [row] = await dataSource.query<{ count: string }[]>(
        `select coalesce(sum(count), 0)::text as count from secret_uses u
         join secrets s on s.id = u.secret_id where s.name = 'Donor upload'`,
      );
      return Number(row!.count);
    };
    const before = await count();
    await Promise.all(
      Array.from({ length: 25 }, () => ask('Donor upload', { resource: audience })),
    );
    expect(await count()).toBe(before);
    await uses.flush();
    expect(await count()).toBe(before + 25);
    const [row] = await dataSource.query<{ last_used_at: Date; address: string }[]>(
      `select s.last_used_at, a.address from secrets s
       join secret_addresses a on a.secret_id = s.id where s.name = 'Donor upload'`,
    );
    expect(row).toEqual({ last_used_at: clock.now(), address: '127.0.0.1' });
  });
});

describe('with standard clients', () => {
  test('oauth4webapi: discovery, token, introspection, revocation', async () => {
    const { clientId, value } = credentials('Donor upload');
    const insecure = { [oauth.allowInsecureRequests]: true };
    const issuer = new URL(service.config.PUBLIC_URL);
    const server = await oauth.processDiscoveryResponse(
      issuer,
      await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...insecure }),
    );
    const client: oauth.Client = { client_id: clientId };
    for (const method of [oauth.ClientSecretBasic(value), oauth.ClientSecretPost(value)]) {
      const { access_token } = await oauth.processClientCredentialsResponse(
        server,
        client,
        await oauth.clientCredentialsGrantRequest(
          server,
          client,
          method,
          { resource: audience },
          insecure,
        ),
      );
      const about = async () =>
        oauth.processIntrospectionResponse(
          server,
          client,
          await oauth.introspectionRequest(server, client, method, access_token, insecure),
        );
      expect(await about()).toMatchObject({ active: true, client_id: clientId });
      await oauth.processRevocationResponse(
        await oauth.revocationRequest(server, client, method, access_token, insecure),
      );
      expect(await about()).toEqual({ active: false });
    }
  });

  test('openid-client: discovery, token, introspection, revocation', async () => {
    const { clientId, value } = credentials('Donor upload');
    const config = await openid.discovery(
      new URL(service.config.PUBLIC_URL),
      clientId,
      value,
      undefined,
      { algorithm: 'oauth2', execute: [openid.allowInsecureRequests] },
    );
    const { access_token, expires_in } = await openid.clientCredentialsGrant(config, {
      resource: audience,
    });
    expect(expires_in).toBe(3600);
    expect(await openid.tokenIntrospection(config, access_token)).toMatchObject({ active: true });
    await openid.tokenRevocation(config, access_token);
    expect(await openid.tokenIntrospection(config, access_token)).toEqual({ active: false });
  });
});

describe('the page of an application', () => {
  test.each(['curl', 'node'])('has commands for %s that work as they are', async (tool) => {
    const anna = await service.signedIn('anna@matchpunt.example');
    const [href] = /\/manage-api-credentials\/[0-9a-f-]{36}(?=">Partner-NL-Matchpunt-DM)/.exec(
      anna.page.text,
    )!;
    await anna.get(href);
    const block = new RegExp(`id="command-${tool}"[^>]*>([\\s\\S]*?)</pre>`).exec(
      anna.page.text,
    )![1]!;
    const code = unescaped(block);
    const { value } = credentials('Donor upload');
    expect(code).not.toContain('_kt1_');
    const { stdout } =
      tool === 'curl'
        ? await run('bash', ['-c', code], { env: { ...process.env, CLIENT_SECRET: value } })
        : await run(
            process.execPath,
            ['--input-type=module', '-e', `${code}\nconsole.log(JSON.stringify({ access_token }))`],
            { env: { ...process.env, CLIENT_SECRET: value } },
          );
    const { access_token } = JSON.parse(stdout) as { access_token: string };
    expect((await introspected('Donor upload', access_token)).body).toMatchObject({ active: true });
  });

  test('lists refused calls with their true reason', async () => {
    await post('/oauth2/token', {
      grant_type: 'client_credentials',
      client_id: credentials('Donor upload').clientId,
      client_secret: credentials('Donor upload, last year').value,
    });
    await service.app.get(Refusals, { strict: false }).flush();
    for (const email of [
      'anna@matchpunt.example',
      'olga@matchpunt.example',
      'ines@keyturn.example',
    ]) {
      const viewer = await service.signedIn(email);
      const [href] = /\/manage-api-credentials\/[0-9a-f-]{36}(?=">Partner-NL-Matchpunt-DM)/.exec(
        viewer.page.text,
      )!;
      await viewer.get(href);
      expect(viewer.words).toContain('The secret has expired');
    }
  });
});

function unescaped(html: string): string {
  return html
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&amp;', '&');
}
