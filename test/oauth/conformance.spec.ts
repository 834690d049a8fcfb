import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { request } from 'node:http';
import * as openid from 'openid-client';
import { startTestApp, type TestApp } from '../support/app.js';
import { askToken, basic, type Credentials } from '../support/machine.js';

/* The corners of RFC 6749, 7009, 7662, 8414 and 8707 that no client library visits. */

const audience = 'https://data-manager.api.example.org';
const form = 'application/x-www-form-urlencoded';

let service: TestApp;
let good: Credentials;

beforeAll(async () => {
  const port = 21_000 + (process.pid % 20_000);
  service = await startTestApp({ PUBLIC_URL: `http://127.0.0.1:${port}` }, undefined, port);
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
    const sent = request(
      service.url + path,
      { method, headers: { 'content-length': length, ...headers } },
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
    ['a grant for people', `grant_type=authorization_code`, 400, 'unsupported_grant_type'],
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
        grant_types_supported: ['client_credentials'],
        response_types_supported: [],
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
