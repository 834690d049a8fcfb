import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Judges } from '../../src/provisioning/judges.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import { errorAt, it, lastEvents } from './cast.js';

let service: TestApp;
let browser: Visitor;
beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
});
afterAll(() => service.close());

const planAction = '/admin/provisioning/plan';
const applyAction = '/admin/provisioning/apply';
const file = (name: string) =>
  `organisations: [{country: "NO", slug: Fjordbank, name: "${name}"}]\n`;

async function plan(text: string, more: Record<string, string> = {}) {
  await browser.get('/admin/provisioning');
  return browser.submit({ text, ...more }, planAction);
}

test('shows what a file would do, and applies exactly that', async () => {
  await plan(file('Fjordbanken <Bergen>'));
  expect(browser.page.status).toBe(200);
  expect(browser.words).toContain('1 to create, 0 to change, 0 the same, 0 to remove.');
  expect(browser.words).toMatch(/Create NO\/Fjordbank organisation name "Fjordbanken <Bergen>" 1/);
  await browser.submit({}, applyAction);
  expect(browser.words).toContain('The file is applied.');
  expect(await lastEvents(service, 2)).toMatchObject([
    {
      action: 'file.apply',
      actor: 'Inês Carvalho',
      detail: { created: 1, changed: 0, removed: 0 },
    },
    { action: 'organisation.create', actor: 'Inês Carvalho', address: '127.0.0.1' },
  ]);
  await plan(file('Fjordbanken <Bergen>'));
  expect(browser.words).toContain('All of it is the same');
  expect(() => browser.form(applyAction)).toThrow('no form');
});

test('names each error with line and column, and keeps the text', async () => {
  const text = 'organisations:\n  - {country: XX, slug: Fjordbank, name: N}\n  - {colour: red}\n';
  await plan(text);
  expect(browser.page.status).toBe(422);
  expect(browser.words).toMatch(/2 15 Choose a country/);
  expect(browser.words).toMatch(/3 14 There is no field "colour" here/);
  expect(browser.page.text).toContain(text.replaceAll('"', '&quot;'));
  expect(() => browser.form(applyAction)).toThrow('no form');
});

test('tells errors in the language of the reader, also from the thread', async () => {
  const text = 'organisations:\n  - {country: XX, slug: Fjordbank, name: N}\n';
  await service.dataSource.query(`update users set language = 'de' where email = $1`, [it]);
  for (const length of [0, 16 * 1024]) {
    await plan(`${text}#${' '.repeat(length)}\n`);
    expect(browser.words).toMatch(/2 15 Wählen Sie ein Land/);
    // What the database has to say comes in a second step.
    await plan(`apis: []\nroles: [{user: nobody@example.org, role: it}]\n#${' '.repeat(length)}\n`);
    expect(browser.words).toContain('Das Konto „nobody@example.org“ steht weder in dieser Datei');
  }
  await service.dataSource.query(`update users set language = null where email = $1`, [it]);
});

test('refuses a plan that is outdated, and shows the new one', async () => {
  await plan(file('Fjordbanken One'));
  const outdated = browser.form(applyAction);
  await plan(file('Fjordbanken Two'));
  await browser.submit({}, applyAction);
  await browser.post(outdated.action, outdated.fields);
  expect(browser.page.status).toBe(409);
  expect(browser.words).toContain('Something has changed since the plan was made');
  expect(browser.words).toContain('name "Fjordbanken Two" → "Fjordbanken One"');
});

test('takes a large file, and says what is too large for a page', async () => {
  const rows = (count: number) =>
    `organisations:\n${Array.from({ length: count }, (_, n) => `  - {country: NL, slug: S${n}, name: ${'Öffentlich '.repeat(8)}}\n`).join('')}`;
  await plan(rows(1500));
  expect(browser.words).toContain('1500 to create');
  expect(browser.words).toContain('and 1000 more.');
  await plan(rows(5000));
  expect(browser.page.status).toBe(422);
  expect(errorAt(browser, 'text')).toContain('files of up to 512 KB');
  await plan('');
  expect(errorAt(browser, 'text')).toBe('Paste a file, or choose one.');
});

test('reads what may take long in the thread, and waits for its turn there', async () => {
  const text = `${file('Fjordbanken')}#${' '.repeat(16 * 1024)}\n`;
  const judges = service.app.get(Judges, { strict: false });
  await judges.with(text, { apart: true }, async () => {
    await plan(text);
    expect(browser.page.status).toBe(429);
    expect(browser.words).toContain('Another large file is being looked at right now.');
    expect(browser.page.text).toContain('slug: Fjordbank');
  });
  await plan(text);
  expect(browser.page.status).toBe(200);
});

test('asks for a code first, and forgets nothing meanwhile', async () => {
  await browser.get('/admin/provisioning');
  service.clock.advance(16 * 60_000);
  await browser.submit(
    { text: file('Fjordbanken\nThree'.replace('\n', ' ')), prune: 'yes' },
    planAction,
  );
  expect(browser.words).toContain('see what the file would do');
  expect(browser.form().fields).toMatchObject({ text: file('Fjordbanken Three'), prune: 'yes' });
});

test('saves everything as a file that is the same', async () => {
  const visitor = await service.signedIn(it);
  for (const form of ['yaml', 'csv']) {
    const saved = await visitor.get(`/admin/provisioning/export.${form}`);
    expect(saved.headers.get('content-disposition')).toContain(`.${form}"`);
    await visitor.get('/admin/provisioning');
    await visitor.submit({ text: saved.text, prune: 'yes' }, planAction);
    expect(visitor.words).toContain('All of it is the same');
  }
});
