import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { ownResource } from '../../src/oauth/own-audience.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import { idOf, it, lastEvents, orgAdmin } from './cast.js';

let service: TestApp;
let ines: Visitor;
let scopesOf: (application: string) => Promise<string>;

beforeAll(async () => {
  service = await startTestApp();
  ines = await service.signedIn(it);
  scopesOf = async (application) => {
    const id = await idOf(service, 'applications', 'name', application);
    return `/admin/applications/${id}/grants/${ownResource}/scopes`;
  };
});
afterAll(() => service.close());

test('IT chooses what a member’s application may do with our own API', async () => {
  const path = await scopesOf('Partner-NL-Matchpunt-DM');
  await ines.get(path);
  expect(ines.words).toContain('secrets.manage');
  expect(ines.words).not.toContain('provisioning.write');
  await ines.submit({}, path);
  expect(ines.page.status).toBe(422);
  expect(ines.words).toContain('Choose at least one of the scopes of this resource.');

  await ines.get(path);
  await ines.submit({ 'secrets.read': 'yes', 'provisioning.write': 'yes' }, path);
  expect(ines.words).toContain('The resource is granted.');
  expect(ines.words).toContain('secrets.read');
  expect(await lastEvents(service)).toMatchObject([
    { action: 'grant.give', detail: { resource: 'Keyturn (production)', scopes: 'secrets.read' } },
  ]);
});

test('only an organisation that is called our own can be given provisioning', async () => {
  await ines.get('/admin/organisations/new');
  await ines.submit({ country: 'NL', name: 'Operations', slug: 'Ops', operator: 'yes' });
  const organisation = await idOf(service, 'organisations', 'slug', 'Ops');
  await ines.get(`/admin/organisations/${organisation}/applications/new`);
  await ines.submit({ kind: 'partner', apiCode: 'KT' });
  const path = await scopesOf('Partner-NL-Ops-KT');
  await ines.get(path);
  expect(ines.words).toContain('provisioning.write');
  await ines.submit({ 'provisioning.write': 'yes' }, path);
  expect(ines.words).toContain('The resource is granted.');
});

test('an alternative application, a resource without scopes and others have no such page', async () => {
  expect((await ines.get(await scopesOf('PartnerAlternative-NL-Matchpunt-SMC'))).status).toBe(404);
  const path = await scopesOf('Partner-NL-Matchpunt-DM');
  const [other] = await service.dataSource.query<{ id: string }[]>(
    `select id from resources where scope = 'data-manager'`,
  );
  expect((await ines.get(path.replace(ownResource, other!.id))).status).toBe(404);
  const olga = await service.signedIn(orgAdmin);
  expect((await olga.get(path)).status).toBe(404);
});

test('the description of the API is a page for everyone, with its styles', async () => {
  const page = await service.visitor().get('/api/v1/docs');
  expect(page.status).toBe(200);
  expect(page.headers.get('content-security-policy')).toContain("style-src 'self'");
  expect(page.text).toContain('id="createSecret"');
  expect(page.text).toContain('id="secret_already_created"');
});
