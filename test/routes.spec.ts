import 'reflect-metadata';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { DiscoveryModule, DiscoveryService, MetadataScanner } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { AppModule } from '../src/app.module.js';
import { startTestApp, type TestApp } from './support/app.js';

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

const methods = ['GET', 'POST', 'PUT', 'DELETE', 'PATCH', 'ALL', 'OPTIONS', 'HEAD'];

interface Route {
  name: string;
  method: string;
  path: string;
  marks: {
    machine?: boolean;
    public?: boolean;
    stage?: string;
    stepUp?: boolean;
    itOnly?: boolean;
    seenBy?: unknown;
  };
}

/** Every route of the doors, with the marks of its rule. */
async function routes(): Promise<Route[]> {
  const module = await Test.createTestingModule({
    imports: [DiscoveryModule, AppModule.with(service.platform)],
  }).compile();
  const scanner = new MetadataScanner();
  return module
    .get(DiscoveryService)
    .getControllers()
    .flatMap(({ instance, metatype }) => {
      const prototype = Object.getPrototypeOf(instance) as Record<string, object>;
      const base = String(Reflect.getMetadata('path', metatype!));
      return scanner.getAllMethodNames(prototype).flatMap((name) => {
        const handler = prototype[name]!;
        const paths = Reflect.getMetadata('path', handler) as string | string[] | undefined;
        const method = methods[Reflect.getMetadata('method', handler) as number]!;
        const mark = (key: string) =>
          (Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, metatype!)) as never;
        const marks = {
          machine: mark('machine'),
          public: mark('public'),
          stage: mark('stage'),
          stepUp: mark('stepUp'),
          itOnly: mark('itOnly'),
          seenBy: mark('seenBy'),
        };
        return [paths ?? []].flat().map((path) => {
          const full = `/${base}/${path}`.replace(/\/+/g, '/').replace(/(?<=.)\/$/, '');
          return { name: `${method} ${full}`, method, path: full, marks };
        });
      });
    });
}

test('only these routes are open to everyone', async () => {
  const open = (await routes()).filter(({ marks }) => marks.public).map(({ name }) => name);
  expect(open.sort()).toEqual([
    'GET /api/v1/docs',
    'GET /invitations/:token',
    'GET /language',
    // Where applications send browsers: refused or led to the sign-in.
    'GET /oauth2/authorize',
    'GET /password-resets/:token',
    'GET /sign-in',
    // Leads on to the page that it belongs to.
    'GET /sign-in/passkey',
    'GET /signed-out',
    'GET /step-up/passkey',
    'GET /unlock/passkey',
    'POST /invitations/:token',
    'POST /language',
    'POST /password-resets/:token',
    'POST /sign-in',
    'POST /sign-out',
  ]);
});

test('only these routes are for programs, which prove themselves', async () => {
  // Those of the REST API are held by the matrix in test/api.
  const machine = (await routes())
    .filter(({ marks, path }) => marks.machine && !path.startsWith('/api/v1/'))
    .map(({ name }) => name);
  const refused = ['token', 'introspect', 'revoke'].flatMap((name) =>
    ['DELETE', 'GET', 'PATCH', 'PUT'].map((method) => `${method} /oauth2/${name}`),
  );
  // Header authentication; the first needs none.
  const header = ['sign-token', 'sign-token-verify', 'get/user/info'].flatMap((name) =>
    ['DELETE', 'GET', 'OPTIONS', 'PATCH', 'POST', 'PUT'].map((method) => `${method} /api/${name}`),
  );
  expect(machine.sort()).toEqual(
    [
      'GET /api/info',
      'POST /api/info',
      ...header,
      'GET /.well-known/oauth-authorization-server',
      // Its address is the proof.
      'GET /calendar/:file',
      // Say nothing but whether something works.
      'GET /health/live',
      'GET /health/ready',
      'GET /health/reminders',
      // Only where a token for it is set, and with that.
      'GET /metrics',
      'GET /.well-known/openid-configuration',
      'GET /oauth2/jwks',
      'GET /oauth2/userinfo',
      'POST /oauth2/userinfo',
      'POST /oauth2/introspect',
      'POST /oauth2/revoke',
      'POST /oauth2/token',
      ...refused,
    ].sort(),
  );
});

test('every change by a signed-in person asks for a fresh code', async () => {
  const without = (await routes())
    .filter(
      ({ method, marks }) => method !== 'GET' && !marks.public && !marks.machine && !marks.stage,
    )
    .filter(({ marks }) => !marks.stepUp)
    .map(({ name }) => name);
  // The one changes nothing, and is a POST so that the value is in no address; the other makes what
  // a passkey answers to give that very proof.
  // Signing in for an application changes nothing of one's own, and follows on a sign-in with both factors.
  expect(without.sort()).toEqual([
    'POST /sign-in-to/:token',
    'POST /step-up/passkey',
    'POST /which-secret',
  ]);
});

test('every change to an application of one’s own is first judged by whether it is seen', async () => {
  const changes = (await routes()).filter(
    ({ path, marks }) => marks.stepUp && path.includes('/:application'),
  );
  expect(changes.length).toBeGreaterThan(3);
  expect(changes.filter(({ marks }) => !marks.seenBy).map(({ name }) => name)).toEqual([]);
});

test('every address that takes a form can be loaded anew', async () => {
  const all = (await routes()).filter(({ marks }) => !marks.machine);
  const pages = all
    .filter(({ method }) => method === 'GET')
    .map(({ path }) => new RegExp(`^${path.replace(/:\w+/g, '[^/]+')}$`));
  const without = all
    .filter(({ method, path }) => method === 'POST' && !pages.some((page) => page.test(path)))
    .map(({ path }) => path);
  // It answers with a redirect in any case.
  expect(without).toEqual(['/sign-out']);
});

test('every page of IT is for IT alone', async () => {
  const wrong = (await routes())
    .filter(({ path, marks }) => path.startsWith('/admin') !== Boolean(marks.itOnly))
    .map(({ name }) => name);
  expect(wrong).toEqual([]);
});

test('without a session every other route leads to the sign-in and changes nothing', async () => {
  const visitor = service.visitor();
  await visitor.get('/sign-in');
  const { fields } = visitor.form();
  for (const { method, path, marks, name } of await routes()) {
    if (marks.public || marks.machine) continue;
    const concrete = path.replace(/:\w+/g, '00000000-0000-4000-8000-000000000000');
    const body =
      method === 'GET' ? undefined : new URLSearchParams({ _csrf: fields._csrf! }).toString();
    const response = await visitor.send(method, concrete, body);
    expect({ name, status: response.status, to: response.headers.get('location') }).toEqual({
      name,
      status: 303,
      to: expect.stringMatching(/^\/sign-in/),
    });
  }
});
