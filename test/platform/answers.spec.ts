import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { pino } from 'pino';
import { serializers } from '../../src/platform/log.js';
import { TooMany } from '../../src/platform/refusals.js';
import { answerDirectly, formRoute } from '../../src/platform/web/direct.js';
import { RequestLog } from '../../src/platform/web/request-log.js';
import { startTestApp, type TestApp } from '../support/app.js';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp({
    PUBLIC_URL: 'https://keyturn.example.org',
    ALLOWED_HOSTS: 'other.example.net',
  });
});
afterAll(() => service.close());

const headersAt = async (path: string, method = 'GET') =>
  Object.fromEntries((await fetch(service.url + path, { method, redirect: 'manual' })).headers);

describe('every answer', () => {
  test.each(['/sign-in', '/', '/nowhere', '/assets/nothing.css', '/sign-in?next=%00'])(
    'for people carries the headers of a page: %s',
    async (path) => {
      expect(await headersAt(path)).toMatchObject({
        'content-security-policy':
          "default-src 'none';object-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;" +
          "connect-src 'self';frame-src 'self';form-action 'self';base-uri 'none';" +
          "frame-ancestors 'none';require-trusted-types-for 'script';trusted-types 'none'",
        'cross-origin-opener-policy': 'same-origin',
        'cross-origin-resource-policy': 'same-origin',
        'referrer-policy': 'same-origin',
        'strict-transport-security': 'max-age=31536000; includeSubDomains',
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'SAMEORIGIN',
      });
    },
  );

  test.each([
    ['GET', '/oauth2/jwks'],
    ['POST', '/oauth2/token'],
    ['GET', '/oauth2/token'],
    ['GET', '/api/v1/self/secret'],
    ['GET', '/api/nowhere'],
  ])('for programs carries what matters to JSON: %s %s', async (method, path) => {
    expect(await headersAt(path, method)).toMatchObject({
      'content-security-policy':
        "default-src 'none';object-src 'none';base-uri 'none';frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    });
  });
});

/** What comes back for exactly these lines. */
async function told(...lines: string[]): Promise<string> {
  const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
  socket.write(lines.map((line) => `${line}\r\n`).join(''));
  let text = '';
  for await (const piece of socket) text += String(piece);
  return text;
}

describe('what is no request of ours', () => {
  test.each([
    [
      'an address that cannot be decoded',
      400,
      ['GET /%ff HTTP/1.1', 'host: x', 'connection: close', ''],
    ],
    ['no HTTP', 400, ['hello', '', '']],
    [
      'a body of two lengths',
      400,
      [
        'POST /sign-in HTTP/1.1',
        'host: x',
        'content-length: 4',
        'transfer-encoding: chunked',
        '',
        '0',
        '',
        '',
      ],
    ],
    ['a head without end', 431, ['GET / HTTP/1.1', `cookie: ${'x'.repeat(70_000)}`, '', '']],
  ])('%s: %i, with the headers of every answer', async (_, status, lines) => {
    const answer = await told(...lines);
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status} `));
    for (const header of [
      'strict-transport-security: max-age=31536000; includeSubDomains',
      'x-content-type-options: nosniff',
      "content-security-policy: default-src 'none'",
      'content-type: text/plain; charset=utf-8',
      'cache-control: no-store',
    ]) {
      expect(answer).toContain(header);
    }
  });

  test('TRACE is answered by nothing that was sent', async () => {
    const answer = await told(
      'TRACE /sign-in HTTP/1.1',
      'host: x',
      'cookie: marked',
      'connection: close',
      '',
    );
    expect(answer).toMatch(/^HTTP\/1.1 40[045] /);
    expect(answer).not.toContain('marked');
  });

  test.each(['/assets', '/assets/', '/assets/../pages/error.eta', '/assets/.env', '/.git/config'])(
    'there is no %s',
    async (path) => {
      expect(await told(`GET ${path} HTTP/1.1`, 'host: x', 'connection: close', '')).toMatch(
        /^HTTP\/1.1 (404|303|40[03]) /,
      );
    },
  );

  test('no other origin may read or send', async () => {
    const headers = { origin: 'https://evil.example', 'access-control-request-method': 'POST' };
    for (const [path, method] of [
      ['/sign-in', 'GET'],
      ['/oauth2/token', 'OPTIONS'],
      ['/api/v1/self', 'OPTIONS'],
    ] as const) {
      const answer = await fetch(service.url + path, { method, headers });
      const names = [...answer.headers.keys()];
      expect(names.filter((name) => name.startsWith('access-control'))).toEqual([]);
    }
  });
});

describe('the name in the request', () => {
  const statusFor = async (path: string, host: string) =>
    /^HTTP\/1.1 (\d+)/.exec(
      await told(`GET ${path} HTTP/1.1`, `host: ${host}`, 'connection: close', ''),
    )![1];

  test.each([
    'keyturn.example.org',
    'KEYTURN.example.org.:443',
    'other.example.net:8443',
    'localhost:3000',
    'keyturn',
    '192.0.2.7:3000',
    '[2001:db8::7]:3000',
  ])('%s is ours', async (host) => {
    expect(await statusFor('/sign-in', host)).toBe('200');
  });

  test.each(['evil.example', 'keyturn.example.org.evil.example', 'localhost.evil.example', ''])(
    '"%s" is answered by no page',
    async (host) => {
      const answer = await told('GET /sign-in HTTP/1.1', `host: ${host}`, 'connection: close', '');
      expect(answer).toMatch(/^HTTP\/1.1 421 /);
      expect(answer).not.toMatch(/set-cookie|<html/i);
    },
  );

  test('is nothing to programs, which prove themselves', async () => {
    expect(await statusFor('/oauth2/jwks', 'evil.example')).toBe('200');
  });
});

describe('the log', () => {
  async function linesAt(level: string) {
    const lines: { level: string; req: { route: string }; res: { status: number } }[] = [];
    const log = pino(
      { level, serializers, formatters: { level: (name) => ({ level: name }) } },
      { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
    );
    const server = Fastify({ loggerInstance: log, logController: new RequestLog() });
    server.get('/pages/:id', () => 'page');
    server.get('/oauth2/good', () => 'good');
    server.get('/oauth2/bad', (_, reply) => reply.status(401).send('bad'));
    for (const path of ['/pages/1?token=x', '/oauth2/good', '/oauth2/bad']) {
      await server.inject(path);
    }
    await server.close();
    return lines.map((line) => `${line.level} ${line.req.route} ${line.res.status}`);
  }

  test('has a line for each page and for what was refused to a program', async () => {
    expect(await linesAt('info')).toEqual(['info /pages/:id 200', 'info /oauth2/bad 401']);
  });

  test('has one for everything at the level debug', async () => {
    expect(await linesAt('debug')).toEqual([
      'info /pages/:id 200',
      'debug /oauth2/good 200',
      'info /oauth2/bad 401',
    ]);
  });
});

describe('the direct way', () => {
  async function answered(level: string, error?: Error): Promise<string[]> {
    const lines: { level: string; req: { route: string; id: string }; res: { status: number } }[] =
      [];
    const log = pino(
      { level, serializers, formatters: { level: (name) => ({ level: name }) } },
      { write: (line) => lines.push(JSON.parse(line) as (typeof lines)[number]) },
    );
    const server = createServer((_, response) => response.end('framework'));
    const route = () => (error ? Promise.reject(error) : Promise.resolve({ body: {} }));
    answerDirectly(server, new Map([['/busy', formRoute(route)]]), {
      config: service.config,
      log,
      isStopping: () => false,
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    const response = await fetch(`http://127.0.0.1:${port}/busy`, {
      method: 'POST',
      body: new URLSearchParams({ secret: 'hidden' }),
    });
    const text = await response.text();
    server.close();
    expect(JSON.stringify(lines)).not.toContain('hidden');
    expect(lines.every(({ req }) => /^[0-9a-f-]{36}$/.test(req.id))).toBe(true);
    const told = lines.map((line) => `${line.level} ${line.req.route} ${line.res.status}`);
    return [`${response.status} ${text}`, ...told];
  }

  test('has a line in the log for what was refused, and at the level debug for everything', async () => {
    expect(await answered('info')).toEqual(['200 {}']);
    expect(await answered('debug')).toEqual(['200 {}', 'debug /busy 200']);
    const refusal = new TooMany(7, 'too many');
    const body = '{"error":"too_many","error_description":"too many"}';
    expect(await answered('info', refusal)).toEqual([`429 ${body}`, 'info /busy 429']);
  });

  test('says nothing of a fault of ours to the caller', async () => {
    const [told] = await answered('fatal', new Error('deep inside'));
    expect(told).toMatch(/^500 \{"error":"server_error"/);
    expect(told).not.toContain('deep');
  });
});

describe('a request that does not come to its end', () => {
  const form = 'Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 40\r\n';

  /** All that comes back on one connection until it is closed; `more` goes out after the first answer. */
  async function conversation(sent: string, more?: string): Promise<string> {
    const socket = connect(Number(new URL(service.url).port), '127.0.0.1');
    let told = '';
    socket.setEncoding('utf8').on('data', (text: string) => (told += text));
    if (more) socket.once('data', () => socket.write(more));
    socket.write(sent);
    await once(socket, 'close');
    return told;
  }

  test('is cut off when its time is over, whichever part of it is late', async () => {
    const server: Server = service.app.getHttpServer();
    expect([server.headersTimeout, server.requestTimeout]).toEqual([30_000, 30_000]);
    const headers = 'Host: localhost\r\n';
    const late = ['POST /oauth2/tok', `POST /oauth2/token HTTP/1.1\r\n${headers}`].map((sent) =>
      conversation(sent),
    );
    for (const line of ['POST /oauth2/token HTTP/1.1', 'POST /sign-in HTTP/1.1']) {
      const begun = once(server, 'request');
      late.push(conversation(`${line}\r\n${headers}${form}\r\ngrant_type=`));
      await begun;
    }
    const whole = `GET /oauth2/jwks HTTP/1.1\r\n${headers}\r\n`;
    const last = whole.replace(headers, `${headers}Connection: close\r\n`);
    // Read at every look for late requests: half a minute later, as it were.
    server.headersTimeout = server.requestTimeout = 1;
    for (const told of await Promise.all(late)) expect(told).toMatch(/^HTTP\/1\.1 408 /);
    server.headersTimeout = server.requestTimeout = 30_000;
    expect((await conversation(whole, last)).match(/HTTP\/1\.1 200 /g)).toHaveLength(2);
  });
});
