import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import {
  countEvents,
  csrfOf,
  errorAt,
  idOf,
  it,
  lastEvents,
  nowhere,
  optionsAt,
  resourceId,
} from './cast.js';

let service: TestApp;
let browser: Visitor;
let spain: string;
beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
  spain = `/admin/organisations/${await idOf(service, 'organisations', 'slug', 'RID')}`;
});
afterAll(() => service.close());

async function create(fields: Record<string, string>) {
  await browser.get(`${spain}/applications/new`);
  return browser.submit(fields, `${spain}/applications`);
}

async function pageOf(name: string): Promise<string> {
  return `/admin/applications/${await idOf(service, 'applications', 'name', name)}`;
}

/** Asks and confirms. */
async function confirm(path: string) {
  await browser.get(path);
  return browser.submit({}, path);
}

describe('a new application (A1–A5, A7)', () => {
  test('shows the names that can result before it is made', async () => {
    await browser.get(`${spain}/applications/new`);
    for (const name of [
      'Partner-ES-RID-DM Data Manager free',
      'Partner-ES-RID-SMC Search, Match & Connect free',
      'PartnerAlternative-ES-RID-SMC',
    ]) {
      expect(browser.words).toContain(name);
    }
    expect(browser.words).not.toContain('PartnerAlternative-ES-RID-DM');
  });

  test('gets name and client ID, and leaves an audit event', async () => {
    const page = await create({ kind: 'partner', apiCode: 'SMC' });
    expect(page.path).toMatch(/^\/admin\/applications\/[0-9a-f-]{36}\?done=application-created$/);
    expect(browser.words).toMatch(/Partner-ES-RID-SMC Active/);
    expect(browser.words).toMatch(/Client ID [0-9a-f]{8}-[0-9a-f]{4}-4/);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'application.create', subject: 'Partner-ES-RID-SMC', actor: 'Inês Carvalho' },
    ]);
    await browser.get(`${spain}/applications/new`);
    expect(browser.words).toMatch(/Partner-ES-RID-SMC Search, Match & Connect exists already/);
  });

  test.each([
    [{ kind: 'partner', apiCode: 'SMC' }, 'apiCode', /has an application of this name/],
    [{ kind: 'partner_alternative', apiCode: 'DM' }, 'apiCode', /always for SMC/],
    [{ kind: 'partner', apiCode: '' }, 'apiCode', /Choose an API/],
    [{ kind: 'partner', apiCode: 'XYZ' }, 'apiCode', /Choose an API/],
    [{ kind: 'partner', apiCode: 'DM\u0000' }, 'apiCode', /Choose an API/],
    [{ kind: 'other', apiCode: 'DM' }, 'kind', /Choose a kind/],
    [{ apiCode: 'DM' }, 'kind', /Choose a kind/],
  ])('refuses %j', async (fields, field, sentence) => {
    const before = await countEvents(service);
    const page = await create(fields);
    expect(page.status).toBe(422);
    expect(errorAt(browser, field)).toMatch(sentence);
    expect(await countEvents(service)).toBe(before);
  });

  test('does not exist for an organisation that does not', async () => {
    const { fields } = browser.form(`${spain}/applications`);
    const page = await browser.post(`/admin/organisations/${nowhere}/applications`, {
      ...fields,
      kind: 'partner',
      apiCode: 'DM',
    });
    expect(page.status).toBe(404);
  });
});

describe('resources (A6, A7)', () => {
  const smc = 'Partner-ES-RID-SMC';

  test('are granted and withdrawn, each with an audit event', async () => {
    const page = await pageOf(smc);
    const resource = await resourceId(service, 'Search & Match', 'sandbox');
    await browser.get(page);
    await browser.submit({ resourceId: resource }, `${page}/grants`);
    expect(browser.page.path).toBe(`${page}?done=granted`);
    expect(browser.words).toMatch(
      /Search & Match Sandbox https:\/\/sandbox\.search-match\S* since .* Withdraw Search & Match, Sandbox/,
    );
    await confirm(`${page}/grants/${resource}/withdraw`);
    expect(browser.page.path).toBe(`${page}?done=grant-withdrawn`);
    expect(await lastEvents(service, 2)).toMatchObject([
      { action: 'grant.withdraw', subject: smc, detail: { resource: 'Search & Match (sandbox)' } },
      { action: 'grant.give', subject: smc, detail: { resource: 'Search & Match (sandbox)' } },
    ]);
  });

  test('of another API are neither offered nor granted', async () => {
    const page = await pageOf(smc);
    await browser.get(page);
    expect(browser.words).not.toContain('Data Manager Production');
    const before = await countEvents(service);
    const resource = await resourceId(service, 'Data Manager', 'production');
    await browser.submit({ resourceId: resource }, `${page}/grants`);
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain('This resource belongs to another API');
    expect(browser.words).toContain('Make someone credential manager');
    expect(await countEvents(service)).toBe(before);
  });

  test('of a PartnerAlternative are the Match-Connect sandbox alone', async () => {
    await create({ kind: 'partner_alternative', apiCode: 'SMC' });
    const page = await pageOf('PartnerAlternative-ES-RID-SMC');
    await browser.get(page);
    expect(browser.words).toContain('Match-Connect Sandbox');
    expect(browser.words).not.toContain('Search & Match');
    const wrong = await resourceId(service, 'Match-Connect', 'production');
    await browser.submit({ resourceId: wrong }, `${page}/grants`);
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain('can hold the Match-Connect sandbox only');
    const right = await resourceId(service, 'Match-Connect', 'sandbox');
    await browser.get(page);
    await browser.submit({ resourceId: right }, `${page}/grants`);
    expect(browser.page.path).toContain('?done=granted');
  });

  test.each(['', 'x', nowhere, "' or 1=1 --"])('that do not exist are 404: %j', async (id) => {
    const page = await pageOf(smc);
    await browser.get(page);
    expect((await browser.submit({ resourceId: id }, `${page}/grants`)).status).toBe(404);
  });
});

describe('disable, enable, delete (A8)', () => {
  const smc = 'Partner-ES-RID-SMC';

  test('ask first, then do it, each with an audit event', async () => {
    const page = await pageOf(smc);
    await browser.get(`${page}/disable`);
    expect(browser.words).toContain('Disable this application?');
    await browser.submit({}, `${page}/disable`);
    expect(browser.words).toMatch(/is disabled\. .* Partner-ES-RID-SMC Disabled/);
    await confirm(`${page}/enable`);
    expect(browser.words).toMatch(/is enabled\. .* Partner-ES-RID-SMC Active/);
    expect(await lastEvents(service, 2)).toMatchObject([
      { action: 'application.enable', subject: smc },
      { action: 'application.disable', subject: smc },
    ]);
  });

  test('a question that does not fit leads to the page', async () => {
    const page = await pageOf(smc);
    for (const turn of ['enable', 'grants', 'managers', 'nonsense']) {
      expect((await browser.get(`${page}/${turn}`)).path).toBe(page);
    }
  });

  test('says how many secrets work', async () => {
    const page = await pageOf('Partner-NL-Matchpunt-SMC');
    await browser.get(`${page}/delete`);
    expect(browser.words).toContain('It has 4 secrets that work now.');
  });

  test('a deleted one stays as a record that can only be looked at', async () => {
    const page = await pageOf(smc);
    await confirm(`${page}/delete`);
    expect(browser.words).toMatch(/is deleted\. .* Partner-ES-RID-SMC Deleted/);
    expect(await lastEvents(service)).toMatchObject([{ action: 'application.delete' }]);
    expect(browser.page.text).not.toMatch(/<main[\s\S]*<form[\s\S]*<\/main>/);
    await browser.get(spain);
    expect(browser.words).toMatch(/Partner-ES-RID-SMC Deleted/);
    const fields = csrfOf(browser);
    const resource = await resourceId(service, 'Search & Match', 'sandbox');
    for (const [path, more] of [
      ['grants', { resourceId: resource }],
      ['managers', { userId: nowhere, confirmedBy: 'Board', confirmedOn: '2026-11-01' }],
      ['disable', {}],
      ['delete', {}],
    ] as const) {
      expect((await browser.post(`${page}/${path}`, { ...fields, ...more })).status).toBe(404);
    }
  });

  test('the name of a deleted one is free for another, with another client ID', async () => {
    await create({ kind: 'partner', apiCode: 'SMC' });
    expect(browser.page.path).toContain('?done=application-created');
    const rows = await service.dataSource.query<{ client_id: string }[]>(
      `select distinct client_id from applications where name = $1`,
      [smc],
    );
    expect(rows).toHaveLength(2);
  });
});

test('the list of people on an application has only those who can be chosen (R6)', async () => {
  await browser.get(await pageOf('Partner-NL-Matchpunt-SMC'));
  const { values } = optionsAt(browser, 'userId');
  expect(values).toContain(await idOf(service, 'users', 'email', 'olga@matchpunt.example'));
  for (const email of [
    'anna@matchpunt.example',
    'pieter@matchpunt.example',
    'grace@lanetrust.example',
    it,
  ]) {
    expect(values).not.toContain(await idOf(service, 'users', 'email', email));
  }
});
