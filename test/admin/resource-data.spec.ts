import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Applications } from '../../src/applications/applications.service.js';
import { Resources } from '../../src/applications/resources.service.js';
import { Apis } from '../../src/applications/apis.service.js';
import { theService } from '../../src/audit/audit.service.js';
import { ownResource } from '../../src/oauth/own-audience.js';
import { violated } from '../../src/platform/database/tx.js';
import { ResourceSecrets } from '../../src/secrets/resource-secrets.service.js';
import { type Program, Programs } from '../api/cast.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { askToken } from '../support/machine.js';
import { waitingFor } from '../support/race.js';
import type { Visitor } from '../support/visitor.js';
import {
  countEvents,
  errorAt,
  idOf,
  it,
  lastEvents,
  manager,
  nowhere,
  optionsAt,
  resourceId,
  valueAt,
} from './cast.js';

/** Of the service in tests. */
const publicUrl = 'http://localhost:3000';

const good = {
  apiCode: 'CARE',
  environment: 'sandbox',
  name: 'Donor Care',
  audience: 'https://sandbox.care.api.example.org',
  scope: 'donor-care.sandbox',
};

let service: TestApp;
let browser: Visitor;
let programs: Programs;
let program: Program;

beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
  programs = new Programs(service);
  program = await programs.operator();
});
afterAll(() => service.close());

async function createApi(fields: Record<string, string>) {
  await browser.get('/admin/resources/apis/new');
  return browser.submit(fields, '/admin/resources/apis');
}

async function createResource(fields: Record<string, string>) {
  await browser.get('/admin/resources/new');
  return browser.submit({ ...good, ...fields }, '/admin/resources');
}

async function rename(path: string, name: string) {
  await browser.get(path);
  return browser.submit({ name }, path);
}

describe('a new API and its resource, by page (A5, A6)', () => {
  let resource: string;

  test('are made, granted and reached with a token', async () => {
    expect((await createApi({ code: ' CARE ', name: 'Care' })).path).toBe(
      '/admin/resources?done=api-created',
    );
    expect(browser.words).toMatch(/Care CARE 0 0 Rename Care Delete/);
    const page = await createResource({});
    resource = /^(.*)\?done=resource-created$/.exec(page.path)![1]!;
    expect(browser.words).toMatch(/Donor Care .*Sandbox .*Care \(CARE\).*donor-care\.sandbox/);
    expect(await lastEvents(service, 2)).toMatchObject([
      {
        action: 'resource.create',
        subject: 'Donor Care (sandbox)',
        detail: { api: 'CARE', audience: good.audience, scope: good.scope },
      },
      { action: 'api.create', subject: 'Care (CARE)', actor: 'Inês Carvalho' },
    ]);

    const spain = `/admin/organisations/${await idOf(service, 'organisations', 'slug', 'RID')}`;
    await browser.get(`${spain}/applications/new`);
    expect(optionsAt(browser, 'apiCode').values).toContain('CARE');
    await browser.submit({ kind: 'partner', apiCode: 'CARE' }, `${spain}/applications`);
    expect(browser.words).toContain('Partner-ES-RID-CARE');
    const application = browser.page.path.split('?')[0]!;
    await browser.submit({ resourceId: resource.split('/').at(-1)! }, `${application}/grants`);
    expect(browser.words).toContain('The resource is granted.');
    const id = application.split('/').at(-1)!;
    const { value } = await programs.secret(id);
    const [row] = await service.dataSource.query<{ clientId: string }[]>(
      `select client_id as "clientId" from applications where id = $1`,
      [id],
    );
    const token = await askToken(
      service.url,
      { clientId: row!.clientId, value },
      { resource: good.audience },
    );
    expect([token.status, token.body.scope]).toEqual([200, good.scope]);
  });

  test('can be renamed; code, audience and scope stay', async () => {
    expect((await rename(`${resource}/name`, ' Donor  Aid ')).path).toBe(
      `${resource}?done=renamed`,
    );
    expect(browser.words).toContain(good.audience);
    expect((await rename('/admin/resources/apis/CARE/name', 'Aid')).path).toContain(
      '?done=renamed',
    );
    expect(browser.words).toMatch(/Aid CARE 1 1 Rename Aid(?! Delete)/);
    const events = [
      { action: 'api.rename', subject: 'Aid (CARE)', detail: { name: 'Care → Aid' } },
      { action: 'resource.rename', detail: { name: 'Donor Care → Donor Aid' } },
    ];
    expect(await lastEvents(service, 2)).toMatchObject(events);
    await rename('/admin/resources/apis/CARE/name', 'Aid');
    expect(await lastEvents(service, 2)).toMatchObject(events);
    await rename('/admin/resources/apis/CARE/name', 'two\u2028lines');
    expect([browser.page.status, errorAt(browser, 'name')]).toEqual([
      422,
      expect.stringMatching(/one line/),
    ]);
  });

  test.each([
    ['code', { code: 'CARE', name: 'x' }, /Another API/],
    ['code', { code: 'care', name: 'x' }, /2 to 10 capitals/],
    ['name', { code: 'NEW', name: '' }, /Type a name/],
  ])('an API with a wrong %s is refused there', async (field, fields, sentence) => {
    const before = await countEvents(service);
    expect((await createApi(fields)).status).toBe(422);
    expect(errorAt(browser, field)).toMatch(sentence);
    expect(valueAt(browser, 'code')).toBe(fields.code);
    expect(await countEvents(service)).toBe(before);
  });

  test.each([
    ['apiCode', { apiCode: 'NONE' }, /from the list/],
    ['apiCode', { apiCode: '' }, /from the list/],
    ['environment', { environment: '' }, /production or sandbox/],
    ['name', { name: 'Match-Connect' }, /Another resource of this environment/],
    ['audience', { audience: 'https://match-connect.api.example.org' }, /Another resource/],
    ['audience', { audience: 'somewhere' }, /whole URI/],
    ['scope', { scope: 'match-connect' }, /Another resource/],
    ['scope', { scope: 'provisioning.write' }, /Another resource/],
    ['scope', { scope: 'Two words' }, /small letters/],
  ])('a resource with a wrong %s is refused there: %j', async (field, fields, sentence) => {
    const other = { name: 'Other', audience: 'https://other.example.org', scope: 'other' };
    const before = await countEvents(service);
    expect((await createResource({ ...other, ...fields })).status).toBe(422);
    expect(errorAt(browser, field)).toMatch(sentence);
    expect(browser.page.text.match(/id="\w+-error"/g)).toHaveLength(1);
    expect(await countEvents(service)).toBe(before);
  });

  test('the audience of Keyturn itself is no other’s', async () => {
    await createResource({ audience: `${publicUrl}/api/v2`, scope: 'own' });
    expect(errorAt(browser, 'audience')).toMatch(/Keyturn’s own/);
  });

  test('is nothing for others, and what is not there answers 404', async () => {
    const anna = await service.signedIn(manager);
    const form = ['/admin/resources/apis/new', '/admin/resources/new', `${resource}/name`];
    for (const path of form) expect((await anna.get(path)).status).toBe(404);
    for (const path of [`/admin/resources/${nowhere}/name`, '/admin/resources/apis/NONE/name']) {
      expect((await browser.get(path)).status).toBe(404);
    }
    await browser.get('/admin/resources/apis/new');
    const { _csrf } = browser.form('/admin/resources/apis').fields;
    for (const path of [`/admin/resources/${nowhere}/name`, '/admin/resources/apis/NONE/name']) {
      expect((await browser.post(path, { _csrf: _csrf!, name: 'x' })).status).toBe(404);
    }
  });
});

test('the database changes no code, audience, scope, API or environment', async () => {
  const id = await resourceId(service, 'Data Manager', 'sandbox');
  for (const [column, table, sql] of [
    ['code', 'apis', `update apis set code = 'ZZ' where code = 'CARE'`],
    ['audience', 'resources', `update resources set audience = 'x:y' where id = '${id}'`],
    ['scope', 'resources', `update resources set scope = 'y' where id = '${id}'`],
    ['api_code', 'resources', `update resources set api_code = 'SMC' where id = '${id}'`],
    [
      'environment',
      'resources',
      `update resources set environment = 'production', name = 'Z' where id = '${id}'`,
    ],
  ] as const) {
    const error: unknown = await service.dataSource.query(sql).catch((error: unknown) => error);
    expect([column, violated(error, `${table}_${column}_frozen`)]).toEqual([column, true]);
  }
  // Its own follows PUBLIC_URL, at every start.
  await service.dataSource.query(
    `update resources set audience = audience || '/x' where id = '${ownResource}'`,
  );
  await service.dataSource.query(
    `update resources set audience = left(audience, -2) where id = '${ownResource}'`,
  );
});

test('of many that want the same at once one gets it, and the others a sentence', async () => {
  const resources = service.app.get(Resources, { strict: false });
  const apis = service.app.get(Apis, { strict: false });
  const audience = 'urn:example:race';
  const made = await Promise.allSettled([
    ...[1, 2, 3].map((n) =>
      resources.create(theService, { ...good, name: `N${n}`, scope: `s${n}`, audience }),
    ),
    ...[1, 2, 3].map((n) => apis.create(theService, { code: 'RACE', name: `N${n}` })),
  ]);
  const results = made.map((each) =>
    each.status === 'fulfilled' ? 'made' : Object.keys((each.reason as { fields: object }).fields),
  );
  expect(results.slice(0, 3).filter((each) => each !== 'made')).toEqual([
    ['audience'],
    ['audience'],
  ]);
  expect(results.slice(3).filter((each) => each !== 'made')).toEqual([['code'], ['code']]);
});

describe('what nobody needs any more is taken away', () => {
  const resources = () => service.app.get(Resources, { strict: false });
  const apis = () => service.app.get(Apis, { strict: false });
  const applications = () => service.app.get(Applications, { strict: false });
  const gone = { ...good, apiCode: 'GONE', name: 'Gone', audience: 'urn:gone', scope: 'gone' };
  const post = async (path: string) => {
    await browser.get('/admin/resources/apis/new');
    const { _csrf } = browser.form('/admin/resources/apis').fields;
    return browser.post(path, { _csrf: _csrf! });
  };
  let spain: string;
  let id: string;
  let application: string;

  beforeAll(async () => {
    spain = await idOf(service, 'organisations', 'slug', 'RID');
    await apis().create(theService, { code: 'GONE', name: 'Gone' });
    id = await resources().create(theService, gone);
    const wish = { organisationId: spain, kind: 'partner', apiCode: 'GONE' } as const;
    application = (await applications().create(theService, wish)).id;
  });

  test('but not while it is granted, has a secret, or is referred to', async () => {
    const path = `/admin/resources/${id}`;
    await applications().grant(theService, application, id);
    const server = service.app.get(ResourceSecrets, { strict: false });
    const actor = { ...theService, id: await idOf(service, 'users', 'email', it) };
    const { secret } = await server.issue(actor, id, { name: 'Server', lastDay: '2027-01-31' });
    await browser.get(path);
    expect(browser.words).toContain(
      'It cannot be deleted: it is granted to 1 application, and its resource server has 1 secret.',
    );
    expect((await browser.get(`${path}/delete`)).path).toBe(path);
    expect((await post(`${path}/delete`)).status).toBe(409);
    expect(browser.words).toContain('This resource is granted to applications.');
    await applications().withdrawGrant(theService, application, id);
    expect((await post(`${path}/delete`)).status).toBe(409);
    expect(browser.words).toContain('Its resource server has secrets. Delete them first.');
    await server.delete(actor, id, secret.id);
    expect((await post('/admin/resources/apis/GONE/delete')).status).toBe(409);
    expect(browser.words).toContain('This API has resources.');
    expect((await browser.get('/admin/resources/apis/GONE/delete')).path).toBe('/admin/resources');
    await expect(resources().delete(theService, ownResource)).rejects.toThrow('Keyturn itself');
  });

  test('and then it is gone for everybody, with its names free', async () => {
    const path = `/admin/resources/${id}`;
    await browser.get(`${path}/delete`);
    expect(browser.words).toMatch(/Delete this resource\? .* Audience urn:gone Scope gone/);
    expect((await browser.submit({}, `${path}/delete`)).path).toContain('?done=resource-deleted');
    expect(browser.words).not.toContain('urn:gone');
    expect(await lastEvents(service)).toMatchObject([
      { action: 'resource.delete', subject: 'Gone (sandbox)', detail: { audience: 'urn:gone' } },
    ]);
    expect((await browser.get(path)).status).toBe(404);
    expect((await post(`${path}/delete`)).status).toBe(404);
    expect((await programs.call(program.token, 'GET', `resources/${id}`)).status).toBe(404);
    await expect(resources().rename(theService, id, 'x')).rejects.toThrow('no such resource');
    await browser.get(`/admin/applications/${application}`);
    expect(browser.words).not.toContain('urn:gone');

    await expect(apis().delete(theService, 'GONE')).rejects.toThrow('There are applications');
    await applications().delete(theService, application);
    await browser.get('/admin/resources/apis/GONE/delete');
    await browser.submit({}, '/admin/resources/apis/GONE/delete');
    expect(browser.words).toContain('The API is deleted.');
    await browser.get(`/admin/organisations/${spain}/applications/new`);
    expect(optionsAt(browser, 'apiCode').values).not.toContain('GONE');
    await expect(resources().create(theService, gone)).rejects.toMatchObject({
      fields: { apiCode: expect.any(String) },
    });
    await apis().create(theService, { code: 'GONE', name: 'Back' });
    id = await resources().create(theService, gone);
    expect((await lastEvents(service, 2)).map(({ action }) => action)).toEqual([
      'resource.create',
      'api.create',
    ]);
  });

  test('nothing is granted, and no application made, for what is taken away at the same moment', async () => {
    const wish = { organisationId: spain, kind: 'partner', apiCode: 'GONE' } as const;
    const made = (await applications().create(theService, wish)).id;
    expect(
      await behind(`select from resources where id = '${id}' for update`, [
        () => resources().delete(theService, id),
        () => applications().grant(theService, made, id),
      ]),
    ).toEqual(['done', 'no such resource']);
    await applications().delete(theService, made);
    expect(
      await behind(`select from apis where code = 'GONE' for update`, [
        () => apis().delete(theService, 'GONE'),
        () => applications().create(theService, wish),
      ]),
    ).toEqual(['done', 'apiCode']);
  });

  /** One after the other waits for the lock, and both are let go together. */
  async function behind(lock: string, work: (() => Promise<unknown>)[]): Promise<string[]> {
    const blocker = service.dataSource.createQueryRunner();
    await blocker.startTransaction();
    await blocker.query(lock);
    const running: Promise<string>[] = [];
    for (const each of work) {
      running.push(
        each().then(
          () => 'done',
          (error: Error) => error.message,
        ),
      );
      await waitingFor(blocker, running.length);
    }
    await blocker.rollbackTransaction();
    await blocker.release();
    return Promise.all(running);
  }
});

describe('by the API', () => {
  const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
    programs.call(program.token, method, path, body, headers);

  test('the same, once per Idempotency-Key, changed with the ETag that was read', async () => {
    const key = { 'idempotency-key': 'one' };
    const wish = { code: 'LAB', name: 'Laboratory' };
    const made = await call('POST', 'apis', wish, key);
    expect([made.status, made.body]).toEqual([201, wish]);
    expect(made.headers.get('location')).toBe(`${publicUrl}/api/v1/apis/LAB`);
    expect((await call('POST', 'apis', wish, key)).status).toBe(201);
    const again = await call('POST', 'apis', wish);
    expect([again.status, again.body.errors[0]!.pointer]).toEqual([422, '/code']);

    const resource = { ...good, apiCode: 'LAB', name: 'Lab', audience: 'api://lab', scope: 'lab' };
    const { status, body, headers } = await call('POST', 'resources', resource);
    expect([status, body]).toMatchObject([201, { ...resource, scopes: [], tokenFormat: 'jwt' }]);
    const path = `resources/${body.id}`;
    const match = { 'if-match': headers.get('etag')! };
    expect((await call('PATCH', path, { name: 'Labs' }, match)).body.name).toBe('Labs');
    expect((await call('PATCH', path, { name: 'Lab' }, match)).status).toBe(412);
    expect((await call('PATCH', path, { audience: 'api://x' }, match)).status).toBe(422);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'resource.rename', detail: { callerApplication: program.applicationId } },
    ]);
    const any = { 'if-match': '*' };
    const tokens = await call('PATCH', path, { tokenSeconds: 900, tokenFormat: 'opaque' }, any);
    expect(tokens.body).toMatchObject({ name: 'Labs', tokenSeconds: 900, tokenFormat: 'opaque' });
    expect(await lastEvents(service)).toMatchObject([
      { action: 'resource.set_tokens', detail: { minutes: '15', format: 'opaque' } },
    ]);
    for (const [wish, field] of [
      [{ tokenSeconds: 90 }, '/tokenSeconds'],
      [{ tokenSeconds: 3601 }, '/tokenSeconds'],
      [{ tokenFormat: 'paper' }, '/tokenFormat'],
    ] as const) {
      const refused = await call('PATCH', path, wish, any);
      expect([refused.status, refused.body.errors[0]!.pointer]).toEqual([422, field]);
    }
    const own = await call('PATCH', `resources/${ownResource}`, { tokenFormat: 'opaque' }, any);
    expect([own.status, own.body.errors[0]!.pointer]).toEqual([422, '/tokenFormat']);

    expect((await call('DELETE', path, undefined, match)).status).toBe(412);
    expect((await call('DELETE', 'apis/LAB')).body.code).toBe('conflict');
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('DELETE', path)).status).toBe(404);
    expect((await call('DELETE', 'apis/LAB')).status).toBe(204);
    expect((await call('GET', 'apis/LAB')).status).toBe(404);
  });

  test('lists APIs page by page', async () => {
    const first = (await call('GET', 'apis?limit=2')).body;
    const second = (await call('GET', first.next!.slice(`${publicUrl}/api/v1/`.length))).body;
    const codes = [...first.items, ...second.items].map(({ code }) => code);
    expect(codes).toEqual(['CARE', 'DM', 'KT', 'RACE']);
    expect((await call('GET', 'apis/KT')).body.name).toBe('Keyturn');
    expect((await call('GET', 'apis/kt')).status).toBe(404);
  });
});
