import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Program, Programs } from '../api/cast.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';

const name = 'Partner-NL-Matchpunt-SMC';

let service: TestApp;
let programs: Programs;
let program: Program;
let maker: string;
let anna: Visitor;

beforeAll(async () => {
  service = await startTestApp();
  programs = new Programs(service);
  program = await programs.member(name, ['secrets.manage', 'secrets.read']);
  const [row] = await service.dataSource.query<{ name: string }[]>(
    'select name from secrets where id = $1',
    [program.secretId],
  );
  maker = `the program ${name}/${row!.name}`;
  anna = await service.signedIn('anna@matchpunt.example');
});
afterAll(() => service.close());

const home = () => `/manage-api-credentials/${program.applicationId}`;
const secrets = () => `applications/${program.applicationId}/secrets`;

test('a secret that a program made says which program', async () => {
  const made = await programs.call(program.token, 'POST', secrets(), { name: 'By a program' });
  expect(made.status).toBe(201);
  await anna.get(`${home()}/secrets/${made.body.id}`);
  expect(anna.words).toContain(`by ${maker}`);
  await anna.get(home());
  expect(anna.words).toContain(`by ${maker}`);
  expect(anna.words).not.toContain('never retrieved');

  await programs.call(program.token, 'DELETE', `${secrets()}/${made.body.id}`);
  await anna.get(`${home()}/secrets/${made.body.id}`);
  expect(anna.words).toMatch(/Deleted Tue 1 December 2026, 09:00 UTC\s?, by the program/);
  expect(anna.words).not.toContain('by Keyturn');
});

test('a secret whose value never arrived says so, and is no step of a rotation', async () => {
  const key = { 'idempotency-key': 'a-lost-answer' };
  const wish = { name: 'Lost on the way' };
  await programs.call(program.token, 'POST', secrets(), wish, key);
  await anna.get(home());
  expect(anna.words).not.toContain('never retrieved');
  const again = await programs.call(program.token, 'POST', secrets(), wish, key);
  expect(again.body.code).toBe('secret_already_created');

  await anna.get(home());
  expect(anna.words).toContain('Its value was never retrieved, so nobody can use it. Delete it.');
  const rotation = /aria-labelledby="rotation">[\s\S]*?<\/section>/.exec(anna.page.text)![0];
  expect(rotation).not.toContain('Lost on the way');
  await anna.get('/manage-api-credentials');
  expect(anna.words).toContain('never retrieved');
  const olga = await service.signedIn('olga@matchpunt.example');
  await olga.get(home());
  expect(olga.words).toContain('Anna Visser and Bram Jansen should delete it.');
});

test('its page says so, too, until it is used', async () => {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    `select id from secrets where name = 'Lost on the way'`,
  );
  await anna.get(`${home()}/secrets/${row!.id}`);
  expect(anna.words).toContain('never retrieved');
  await service.dataSource.query('update secrets set last_used_at = $2 where id = $1', [
    row!.id,
    service.clock.now(),
  ]);
  await anna.get(`${home()}/secrets/${row!.id}`);
  expect(anna.words).not.toContain('never retrieved');
});
