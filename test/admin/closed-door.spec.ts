import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { RequestMethod } from '@nestjs/common';
import { AdminModule } from '../../src/admin/admin.module.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { totp } from '../support/totp.js';
import { countEvents, csrfOf, idOf, it, manager, nowhere, orgAdmin } from './cast.js';

interface Route {
  method: 'GET' | 'POST';
  path: string;
  stepUp: boolean;
  itOnly: boolean;
}

type Controller = new (...services: never[]) => object;

/** Every route of the door, read from the code, so that a new one cannot be forgotten. */
function routesOf(controller: Controller): Route[] {
  const base = Reflect.getMetadata('path', controller) as string;
  const prototype = controller.prototype as Record<string, object>;
  return Object.getOwnPropertyNames(prototype).flatMap((name) => {
    const handler = prototype[name]!;
    const path = Reflect.getMetadata('path', handler) as string | string[] | undefined;
    if (name === 'constructor' || path === undefined) return [];
    const method = RequestMethod[Reflect.getMetadata('method', handler) as RequestMethod];
    const mark = (key: string) =>
      Boolean(Reflect.getMetadata(key, handler) ?? Reflect.getMetadata(key, controller));
    return [path].flat().map((part) => ({
      method: method as Route['method'],
      path: `/${base}/${part}`.replace(/\/{2,}/g, '/').replace(/(.)\/$/, '$1'),
      stepUp: mark('stepUp'),
      itOnly: mark('itOnly'),
    }));
  });
}

const routes = (Reflect.getMetadata('controllers', AdminModule) as Controller[]).flatMap(routesOf);
const posts = routes.filter(({ method }) => method === 'POST');

let service: TestApp;
beforeAll(async () => {
  service = await startTestApp();
});
afterAll(() => service.close());

/** The address of a route for things that exist. */
async function addressOf({ path }: Route): Promise<string> {
  const application = await idOf(service, 'applications', 'name', 'Partner-NL-Matchpunt-SMC');
  const id = path.includes('organisations')
    ? await idOf(service, 'organisations', 'slug', 'Matchpunt')
    : path.includes('applications')
      ? application
      : await idOf(service, 'users', 'email', orgAdmin);
  return path.replace(':id', id).replace(':resource', nowhere).replace(':turn', 'disable');
}

test('every route is for IT, every change needs a fresh code', () => {
  expect(routes.length).toBeGreaterThan(30);
  expect(routes.filter(({ itOnly }) => !itOnly)).toEqual([]);
  expect(posts.filter(({ stepUp }) => !stepUp)).toEqual([]);
  expect(new Set(routes.map(({ method }) => method))).toEqual(new Set(['GET', 'POST']));
});

describe.each([
  ['a credential manager', manager],
  ['an org admin', orgAdmin],
])('%s', (_, email) => {
  test('finds none of them (R8)', async () => {
    const browser = await service.signedIn(email);
    const fields = csrfOf(browser);
    const before = await countEvents(service);
    // Nobody is asked for a code first.
    service.clock.advance(16 * 60_000);
    for (const route of routes) {
      const address = await addressOf(route);
      const page =
        route.method === 'GET' ? await browser.get(address) : await browser.post(address, fields);
      expect([route.method, address, page.status]).toEqual([route.method, address, 404]);
      expect(browser.words).toContain('There is nothing here, or it is not yours to see.');
    }
    expect(await countEvents(service)).toBe(before);
  });
});

describe('someone not signed in', () => {
  test('is led to the sign-in, and back afterwards (R11)', async () => {
    for (const route of routes.filter(({ method }) => method === 'GET')) {
      const address = await addressOf(route);
      const browser = service.visitor();
      const response = await browser.send('GET', address);
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toBe(`/sign-in?next=${encodeURIComponent(address)}`);
    }
  });

  test('changes nothing', async () => {
    const before = await countEvents(service);
    for (const route of posts) {
      const browser = service.visitor();
      await browser.get('/sign-in');
      const { fields } = browser.form();
      const response = await browser.send(
        'POST',
        await addressOf(route),
        new URLSearchParams({ _csrf: fields._csrf! }).toString(),
      );
      expect(response.status).toBe(303);
      expect(response.headers.get('location')).toMatch(/^\/sign-in/);
    }
    expect(await countEvents(service)).toBe(before);
  });
});

describe('IT', () => {
  test('needs a form of our own (CSRF)', async () => {
    const browser = await service.signedIn(it);
    const before = await countEvents(service);
    for (const route of posts) {
      expect((await browser.post(await addressOf(route), {})).status).toBe(403);
    }
    expect(await countEvents(service)).toBe(before);
  });

  test('needs a fresh code for every change, and loses no input (R9)', async () => {
    const browser = await service.signedIn(it);
    const fields = csrfOf(browser);
    service.clock.advance(16 * 60_000);
    const before = await countEvents(service);
    for (const route of posts) {
      const page = await browser.post(await addressOf(route), { ...fields, name: 'kept <input>' });
      expect([route.path, page.status]).toEqual([route.path, 403]);
      expect(browser.form().fields).toMatchObject({ name: 'kept <input>', stepUpCode: '' });
    }
    expect(await countEvents(service)).toBe(before);
  });

  test('goes on with the form after the code', async () => {
    const browser = await service.signedIn(it);
    await browser.get('/admin/organisations/new');
    service.clock.advance(16 * 60_000);
    const wish = { country: 'IT', name: 'Registro Lago', slug: 'Lago', ion: '' };
    await browser.submit(wish, '/admin/organisations');
    expect(browser.page.status).toBe(403);
    const code = totp(service.account(it).totpKey, service.clock.now());
    await browser.submit({ stepUpCode: code }, '/admin/organisations');
    expect(browser.page.path).toContain('?done=organisation-created');
    expect(browser.words).toContain('Registro Lago');
  });

  test('is known by the role at this very moment (R7)', async () => {
    const browser = await service.signedIn(it);
    expect((await browser.get('/admin/audit')).status).toBe(200);
    await service.dataSource.query(
      `update role_assignments set withdrawn_at = $1 where role = 'it'`,
      [service.clock.now()],
    );
    expect((await browser.get('/admin/audit')).status).toBe(404);
  });
});
