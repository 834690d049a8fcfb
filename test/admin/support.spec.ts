import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Refusals } from '../../src/secrets/refusals.service.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { supportSql } from '../../src/admin/support-search.query.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import { idOf, it, nowhere, resourceId } from './cast.js';

const smc = 'Partner-NL-Matchpunt-SMC';

let service: TestApp;
let ines: Visitor;
let application: { id: string; client: string };

beforeAll(async () => {
  service = await startTestApp();
  ines = await service.signedIn(it);
  const [row] = await service.dataSource.query<[{ id: string; client: string }]>(
    'select id, client_id as client from applications where name = $1',
    [smc],
  );
  application = row;
});
afterAll(() => service.close());

const search = (q: string) => ines.get(`/admin/support?q=${encodeURIComponent(q)}`);

describe('one line finds (P4)', () => {
  test.each([
    ['a client ID', () => application.client],
    ['a client ID in capitals', () => application.client.toUpperCase()],
    ['its beginning', () => application.client.slice(0, 8)],
    ['the name', () => smc],
    ['the beginning of the name', () => 'partner-nl-'],
    ['the short name of the organisation', () => 'matchp'],
    ['the name of the organisation', () => 'stichting'],
  ])('an application by %s', async (_, typed) => {
    await search(typed());
    expect(ines.words).toContain(`${smc} Stichting Matchpunt ${application.client} Active`);
    expect(ines.words).not.toContain('LaneTrust-SMC');
  });

  test('a secret by name and by hint, and where it belongs', async () => {
    const [secret] = await service.dataSource.query<[{ name: string; hint: string }]>(
      'select name, hint from secrets where application_id = $1 and deleted_at is null limit 1',
      [application.id],
    );
    for (const typed of [secret.name.slice(0, 5).toUpperCase(), secret.hint]) {
      await search(typed);
      expect(ines.words).toContain(secret.name);
      expect(ines.page.text).toContain(`href="/admin/support/${application.id}"`);
    }
  });

  test('a person by address or name', async () => {
    for (const typed of ['ANNA@matchpunt', 'anna v']) {
      await search(typed);
      expect(ines.words).toMatch(
        /Anna Visser anna@matchpunt.example Stichting Matchpunt Active Credential manager \(3\)/,
      );
      expect(ines.words).not.toContain('Bram Jansen');
    }
  });

  test('the resource server of a client ID', async () => {
    await search(await resourceId(service, 'Match-Connect', 'sandbox'));
    expect(ines.words).toContain('client ID of the resource server of Match-Connect');
  });

  test.each(['%', '_', "'; drop table users; --", '\u0000', 'x'.repeat(300), '<b>'])(
    'nothing for %j',
    async (typed) => {
      await search(typed);
      expect(ines.page.status).toBe(200);
      if (typed !== '\u0000') expect(ines.words).toContain('Nothing found');
      expect(ines.page.text).not.toContain('<b>');
    },
  );
});

test('shows state, people, reminders and refused calls with their true reason, and changes nothing', async () => {
  const [secret] = await service.dataSource.query<[{ id: string; name: string }]>(
    'select id, name from secrets where application_id = $1 and deleted_at is null limit 1',
    [application.id],
  );
  const refusals = service.app.get(Refusals);
  const at = service.clock.now();
  const call = { clientId: application.client, address: '192.0.2.7', at };
  await refusals.take({ ...call, reason: 'off', secretId: secret.id });
  await refusals.take({ ...call, reason: 'wrong_secret' });
  await refusals.flush();
  await service.app.get(Reminders).run({ now: at });
  await search(smc);
  await ines.get(`/admin/support/${application.id}`);
  expect(ines.words).toMatch(
    /True reason .* The secret does not belong to this client ID, or was typed wrong none that is known 192\.0\.2\.7/,
  );
  expect(ines.words).toMatch(new RegExp(`The secret is switched off ${secret.name} 192.0.2.7`));
  expect(ines.words).toMatch(/Anna Visser anna@matchpunt.example Credential manager Active/);
  expect(ines.words).toMatch(/Olga de Wit olga@matchpunt.example Org admin Active/);
  expect(ines.words).toMatch(/Reminder history .* anna@matchpunt.example Sent 250 kept/);
  const main = /<main\b[\s\S]*<\/main>/.exec(ines.page.text)![0];
  expect(main).not.toMatch(/<form|secrets\/new/);
  await ines.get(`/admin/support/${nowhere}`);
  expect(ines.page.status).toBe(404);
});

test('a deleted application is found, and says that it is deleted', async () => {
  const { dataSource } = service;
  const gone = await idOf(service, 'applications', 'name', 'Partner-GB-LaneTrust-DM');
  await dataSource.query('update applications set deleted_at = $2 where id = $1', [
    gone,
    service.clock.now(),
  ]);
  await search('Partner-GB-LaneTrust-DM');
  expect(ines.words).toContain('Deleted');
  await ines.get(`/admin/support/${gone}`);
  expect(ines.words).toMatch(/Deleted Tue 1 December 2026/);
  expect(ines.page.text).not.toContain(`href="/manage-api-credentials/${gone}"`);
});

test('has an index for each way of searching, and shows no more than fits', async () => {
  const { dataSource } = service;
  await dataSource.query(`
    insert into organisations (id, country, name, slug, created_at)
    select md5('o' || n)::uuid, 'NL', 'Many ' || n, 'Many' || n, now() from generate_series(1, 200) n;
    insert into applications (id, client_id, organisation_id, kind, country, slug, api_code, name, created_at)
    select md5('a' || n)::uuid, md5('c' || n)::uuid, md5('o' || n)::uuid, 'partner', 'NL', 'Many' || n,
      'DM', 'Partner-NL-Many' || n || '-DM', now() from generate_series(1, 200) n;
    insert into users (id, organisation_id, email, name, created_at)
    select md5('u' || n)::uuid, md5('o' || n)::uuid, 'many' || n || '@many.example', 'Many ' || n,
      now() from generate_series(1, 200) n;
    insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at)
    select md5('s' || n)::uuid, md5('a' || n)::uuid, 'Many ' || n, 'abc', sha256(n::text::bytea), 1,
      now(), now() + interval '1 day' from generate_series(1, 200) n;`);
  // With so few rows a table is read from end to end all the same, unless that is forbidden.
  const { client } = application;
  const plan = await dataSource.transaction(async (tx) => {
    await tx.query('set local enable_seqscan = off');
    const values = ['many%', client, client, 'abc', service.clock.now()];
    return tx.query<{ 'QUERY PLAN': string }[]>(`explain ${supportSql}`, values);
  });
  const used = plan.flatMap(
    (line) => /(?:using|on) (\w+_(?:idx|key))/.exec(line['QUERY PLAN'])?.[1] ?? [],
  );
  expect(used).toEqual(
    expect.arrayContaining([
      'applications_client_id_key',
      'applications_name_prefix_idx',
      'applications_slug_prefix_idx',
      'organisations_name_prefix_idx',
      'secrets_hint_idx',
      'secrets_name_prefix_idx',
      'users_email_prefix_idx',
      'users_name_prefix_idx',
    ]),
  );
  await search('many');
  expect(ines.words).toContain('There is more than is shown.');
});
