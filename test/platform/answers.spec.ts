import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import Fastify from 'fastify';
import { pino } from 'pino';
import { serializers } from '../../src/platform/log.js';
import { RequestLog } from '../../src/platform/web/request-log.js';
import { startTestApp, type TestApp } from '../support/app.js';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp({ PUBLIC_URL: 'https://keyturn.example.org' });
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
          "default-src 'none';script-src 'self';style-src 'self';img-src 'self' data:;" +
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
      'content-security-policy': "default-src 'none';frame-ancestors 'none'",
      'cross-origin-resource-policy': 'same-origin',
      'strict-transport-security': 'max-age=31536000; includeSubDomains',
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'SAMEORIGIN',
    });
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
