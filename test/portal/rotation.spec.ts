import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Roles } from '../../src/applications/roles.service.js';
import { SecretUses } from '../../src/secrets/uses.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { plain, type Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const day = 86_400_000;

let service: TestApp;
let browser: Visitor;
let application: string;

beforeAll(async () => {
  service = await startTestApp();
  const [row] = await service.dataSource.query<{ id: string }[]>(
    `select id from applications where name = 'Partner-GB-LaneTrust-SMC'`,
  );
  application = row!.id;
});
afterAll(() => service.close());

const page = () => `/manage-api-credentials/${application}`;

async function idOf(name: string): Promise<string> {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    'select id from secrets where name = $1 and application_id = $2',
    [name, application],
  );
  return row!.id;
}

async function use(name: string, from: string): Promise<void> {
  const uses = service.app.get(SecretUses);
  uses.note(await idOf(name), from, service.clock.now());
  await uses.flush();
}

/** The part of the page about the rotation: its heading, its steps, and the next button. */
async function told(visitor = browser) {
  await visitor.get(page());
  const html = /<section[^>]*aria-labelledby="rotation">[\s\S]*?<\/section>/.exec(
    visitor.page.text,
  )![0];
  const steps = [...html.matchAll(/<li(?: class="walk-(\w+)")?[^>]*>([\s\S]*?)<\/li>/g)];
  return {
    heading: plain(/<h2[\s\S]*?<\/h2>/.exec(html)![0]).trim(),
    states: steps.map(([, state]) => state),
    texts: steps.map(([, , text]) => plain(text!).trim()),
    button: plain(/<a class="button"[\s\S]*?<\/a>/.exec(html)?.[0] ?? '').trim() || undefined,
    href: /<a class="button" href="([^"]*)"/.exec(html)?.[1],
    words: plain(html),
  };
}

test('the page of an application leads through the four steps of a rotation (S4, S13)', async () => {
  browser = await service.signedIn('grace@lanetrust.example');

  // Search server has 19 days left.
  const due = await told();
  expect(due).toMatchObject({
    heading: 'Next: create a new secret',
    states: ['now', 'later', 'later', 'later'],
    button: 'Create the new secret',
    href: `${page()}/secrets/new`,
  });
  expect(due.texts[0]).toMatch(
    /“Search server” \(...…\) ends in 19 days, on Sun 20 December 2026\.$/,
  );
  expect(due.words).toContain('“Last used” follows a call within 5 seconds');
  expect(browser.words).toContain('A refused call is listed within 2 seconds.');

  await browser.get(due.href!);
  await browser.submit({ name: 'Search server 2027' });
  const created = await told();
  expect(created).toMatchObject({
    heading: 'Next: put the new secret into your systems',
    states: ['done', 'now', 'later', 'later'],
    button: 'How to connect',
  });
  expect(browser.page.text).toContain(`id="${created.href!.slice(1)}"`);
  expect(created.texts[0]).toContain(
    'was created on Tue 1 December 2026, 09:00 UTC by Grace Okafor',
  );
  expect(created.texts[1]).toContain('was not used yet');

  await use('Search server 2027', '192.0.2.7');
  service.clock.advance(60_000);
  await use('Search server', '192.0.2.8');
  const both = await told();
  expect(both).toMatchObject({
    heading: 'Next: find what still uses the old secret',
    states: ['done', 'done', 'now', 'later'],
    button: 'Look again',
    href: page(),
  });
  expect(both.texts[1]).toContain('is in use since Tue 1 December 2026, 09:00 UTC');
  expect(both.texts[2]).toContain('1 time in the last 7 days, from 192.0.2.8.');

  service.clock.advance(2 * day);
  browser = await service.signedIn('grace@lanetrust.example');
  await use('Search server 2027', '192.0.2.7');
  const silent = await told();
  expect(silent).toMatchObject({
    heading: 'Next: delete the old secret',
    states: ['done', 'done', 'done', 'now'],
    button: 'Delete the old secret',
    href: `${page()}/secrets/${await idOf('Search server')}/delete`,
  });
  expect(silent.texts[2]).toContain('is silent since Tue 1 December 2026, 09:01 UTC.');
  expect(browser.page.text).toContain(`id="delete-${await idOf('Search server')}"`);

  await browser.get(silent.href!);
  await browser.submit({ confirmName: 'Search server' });
  const done = await told();
  expect(done).toMatchObject({
    heading: 'The old secret is replaced',
    states: ['done', 'done', 'done', 'done'],
    button: undefined,
  });
  expect(done.texts[3]).toMatch(/was deleted on .* by Grace Okafor\./);

  service.clock.advance(31 * day);
  browser = await service.signedIn('grace@lanetrust.example');
  const rest = await told();
  expect(rest).toMatchObject({ heading: 'Replace a secret without an outage', button: undefined });
  // Six weeks before the end of Search server 2027.
  expect(rest.words).toContain('Nothing is to be done until Wed 20 October 2027');
});

test('who only looks is told who takes the step, and IT where the role is given (R14)', async () => {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    `select id from applications where name = 'PartnerAlternative-NL-Matchpunt-SMC'`,
  );
  application = row!.id;
  const olga = await service.signedIn('olga@matchpunt.example');
  const asOlga = await told(olga);
  expect(asOlga.words).toContain('This is for Anna Visser to do.');
  expect(asOlga.button).toBeUndefined();

  const roles = await service.dataSource.query<{ id: string }[]>(
    `select r.id from role_assignments r join users u on u.id = r.user_id
     where u.email = $1 and r.application_id = $2`,
    [anna, application],
  );
  const actor = { id: null, name: 'Test', address: null };
  await service.app.get(Roles).withdraw(actor, roles[0]!.id);
  expect((await told(olga)).words).toContain('Nobody can do this');
  const ines = await service.signedIn('ines@keyturn.example');
  expect(await told(ines)).toMatchObject({
    button: 'Give someone the role',
    href: `/admin/applications/${application}`,
  });
});
