import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import { countEvents, errorAt, idOf, it, lastEvents, optionsAt, valueAt } from './cast.js';

let service: TestApp;
let browser: Visitor;
beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
});
afterAll(() => service.close());

const good = { country: 'FR', name: 'Registre Rhône', slug: 'Rhone', ion: '0042' };

async function create(fields: Partial<typeof good>) {
  await browser.get('/admin/organisations/new');
  return browser.submit({ ...good, ...fields }, '/admin/organisations');
}

describe('a new organisation (P1, A4)', () => {
  test('is made, shown and found again, and leaves an audit event', async () => {
    const page = await create({});
    expect(page.status).toBe(200);
    expect(page.path).toMatch(/^\/admin\/organisations\/[0-9a-f-]{36}\?done=organisation-created$/);
    expect(browser.words).toContain('The organisation is created.');
    expect(browser.words).toMatch(/Registre Rhône .*France \(FR\).*Rhone.*0042/);
    expect(await lastEvents(service)).toMatchObject([
      { action: 'organisation.create', actor: 'Inês Carvalho', subject: 'Registre Rhône' },
    ]);
    await browser.get('/admin/organisations?q=0042');
    expect(browser.words).toContain('Registre Rhône');
  });

  test('may have no ION, more than once', async () => {
    expect((await create({ name: 'One', slug: 'One', ion: '' })).path).toContain('?done=');
    expect((await create({ name: 'Two', slug: 'Two', ion: '' })).path).toContain('?done=');
  });

  test('forgives spaces around short name and ION', async () => {
    await create({ name: 'Spaces', slug: ' Spaces ', ion: ' 0043 ' });
    expect(browser.words).toMatch(/Spaces.*0043/);
  });

  test.each([
    ['country', 'nl'],
    ['country', 'UK'],
    ['country', 'XX'],
    ['country', ''],
    ['country', 'N\u0000'],
    ['name', ''],
    ['name', '   '],
    ['name', 'x'.repeat(101)],
    ['name', 'two\r\nlines'],
    ['name', 'turned\u202Eround'],
    ['slug', 'two words'],
    ['slug', 'é'.repeat(3)],
    ['slug', 'x'],
    ['slug', 'x'.repeat(41)],
    ['slug', ''],
    ['slug', 'a-b'],
    ['ion', '123'],
    ['ion', '12345'],
    ['ion', '12a4'],
    ['ion', '１２３４'],
  ])('refuses %s %j at the field and keeps what was typed', async (field, value) => {
    const before = await countEvents(service);
    const page = await create({ slug: 'Free', ion: '7777', [field]: value });
    expect(page.status).toBe(422);
    expect(errorAt(browser, field)).toMatch(/\.$/);
    const kept = { slug: 'Free', ion: '7777', name: good.name, [field]: undefined };
    for (const [name, text] of Object.entries(kept)) {
      if (text !== undefined) expect(valueAt(browser, name)).toBe(text);
    }
    if (field !== 'country') expect(optionsAt(browser, 'country').chosen).toBe('FR');
    expect(await countEvents(service)).toBe(before);
  });

  test('says all that is wrong at once', async () => {
    await create({ country: 'UK', name: '', slug: 'a b', ion: '1' });
    expect(
      ['country', 'name', 'slug', 'ion'].map((field) => errorAt(browser, field)),
    ).not.toContain(undefined);
    expect(browser.words).toContain('Please check 4 things');
  });

  test('suggests a short name', async () => {
    await create({ name: 'Fundación Ébano', slug: '' });
    expect(browser.words).toContain('From the name: FundacionEbano');
  });

  test('escapes what was typed', async () => {
    const page = await create({ name: '<b>bold</b>', slug: '' });
    expect(page.text).not.toContain('<b>bold</b>');
    expect(valueAt(browser, 'name')).toBe('&lt;b&gt;bold&lt;/b&gt;');
  });

  test.each([
    ['slug', { slug: 'matchPUNT', country: 'NL', ion: '' }, /Another organisation of this country/],
    ['ion', { slug: 'Other', ion: '0381' }, /Another organisation has this ION/],
  ])('refuses a %s that is taken', async (field, fields, sentence) => {
    const page = await create(fields);
    expect(page.status).toBe(422);
    expect(errorAt(browser, field)).toMatch(sentence);
  });

  test('may have the short name of one in another country', async () => {
    expect((await create({ slug: 'Matchpunt', country: 'BE', ion: '' })).path).toContain('?done=');
  });
});

describe('changed details', () => {
  let page: string;
  beforeAll(async () => {
    await create({ name: 'Registre Typo', slug: 'Typo', ion: '0777' });
    page = `/admin/organisations/${await idOf(service, 'organisations', 'slug', 'Typo')}`;
  });

  test('are shown, rename no application, and leave an audit event', async () => {
    const matchpunt = await idOf(service, 'organisations', 'slug', 'Matchpunt');
    await browser.get(`/admin/organisations/${matchpunt}/edit`);
    expect(valueAt(browser, 'slug')).toBe('Matchpunt');
    await browser.submit(
      { country: 'NL', slug: 'Matchpoint' },
      `/admin/organisations/${matchpunt}/edit`,
    );
    expect(browser.page.path).toBe(`/admin/organisations/${matchpunt}?done=organisation-changed`);
    expect(browser.words).toContain('Partner-NL-Matchpunt-SMC');
    expect(browser.words).toContain('Short name Matchpoint');
    expect((await lastEvents(service, 1))[0]).toMatchObject({ action: 'organisation.change' });
    await browser.get(`/admin/organisations/${matchpunt}/edit`);
    await browser.submit(
      { country: 'NL', slug: 'Matchpunt' },
      `/admin/organisations/${matchpunt}/edit`,
    );
  });

  test.each([
    [{ country: 'UK' }, 'country'],
    [{ name: ' ' }, 'name'],
    [{ slug: 'a b' }, 'slug'],
    [{ ion: '12' }, 'ion'],
    [{ ion: '0042' }, 'ion'],
  ])('that are wrong change nothing and are kept: %j', async (wrong, field) => {
    await browser.get(`${page}/edit`);
    await browser.submit({ country: 'FR', ...wrong }, `${page}/edit`);
    expect(browser.page.status).toBe(422);
    expect(errorAt(browser, field)).toBeTruthy();
    await browser.get(`${page}/edit`);
    expect(valueAt(browser, 'name')).toBe('Registre Typo');
    expect(valueAt(browser, 'ion')).toBe('0777');
  });
});

describe('the page of an organisation', () => {
  test('shows applications with their warnings, and people with their roles', async () => {
    await browser.get(
      `/admin/organisations/${await idOf(service, 'organisations', 'slug', 'RID')}`,
    );
    expect(browser.words).toContain('No application yet');
    expect(browser.words).toMatch(/Lucía Moreno lucia@rid.example Active none/);
    const id = await idOf(service, 'organisations', 'name', 'Spenderregister Donautal');
    await browser.get(`/admin/organisations/${id}`);
    expect(browser.words).toMatch(/DE-Donautal-SMC It has only one active credential manager/);
    expect(browser.words).toMatch(
      /DE-Donautal-DM Nobody gets its reminders: it has no active credential manager.*Disabled/,
    );
    expect(browser.words).toMatch(/Jonas Weiß .* Credential manager \(1\)/);
  });

  test('counts secrets that work and names the next end', async () => {
    const id = await idOf(service, 'organisations', 'name', 'Stichting Matchpunt');
    await browser.get(`/admin/organisations/${id}`);
    expect(browser.words).toMatch(/Partner-NL-Matchpunt-SMC Active 4 in 5 days/);
  });
});
