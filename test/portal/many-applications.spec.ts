import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { findApplications } from '../../src/portal/credentials.query.js';
import type { Viewer } from '../../src/authentication/viewer.js';
import { startTestApp, type TestApp } from '../support/app.js';

let service: TestApp;
let it: Viewer;

/** Sixty organisations with an application each; secrets end together, as they do at a day's end. */
beforeAll(async () => {
  service = await startTestApp();
  const { dataSource, clock } = service;
  await dataSource.query(`
    insert into organisations (id, country, name, slug, created_at)
    select md5('o' || n)::uuid, 'NL', 'Many ' || n, 'Many' || n, now() from generate_series(1, 60) n;
    insert into applications (id, client_id, organisation_id, kind, country, slug, api_code, name, created_at)
    select md5('a' || n)::uuid, md5('c' || n)::uuid, md5('o' || n)::uuid, 'partner', 'NL', 'Many' || n,
      'DM', 'Partner-NL-Many' || n || '-DM', now() from generate_series(1, 60) n;`);
  await dataSource.query(
    `insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at)
     select gen_random_uuid(), md5('a' || n)::uuid, 'Secret ' || k, 'abc',
       sha256((n || ' ' || k)::bytea), 1, $1::timestamptz,
       $1::timestamptz + interval '1 day' * (1 + (n + 7 * k) % 5)
     from generate_series(1, 60) n, generate_series(1, 3) k`,
    [clock.now()],
  );
  await dataSource.query(`update applications set deleted_at = now() where slug = 'Many5'`);
  const [user] = await dataSource.query<{ id: string }[]>(
    `select user_id as id from role_assignments where role = 'it' and withdrawn_at is null`,
  );
  const nobody = { name: '', email: '', organisationId: null, orgAdmin: false, manager: false };
  it = { ...nobody, id: user!.id, it: true, language: 'en', address: '' };
});
afterAll(() => service.close());

const found = async (viewer: Viewer, limit: number) => {
  const { dataSource, clock } = service;
  const rows = await findApplications(dataSource, viewer, clock.now(), { limit });
  return rows.map(({ name }) => name);
};

/** The same, asked in the plainest way. */
async function expected(limit: number): Promise<string[]> {
  const rows = await service.dataSource.query<{ name: string }[]>(
    `select a.name from applications a left join secrets s on s.application_id = a.id
       and s.deleted_at is null and s.disabled_at is null and s.expires_at > $1
     where a.deleted_at is null group by a.id order by min(s.expires_at), a.name limit $2`,
    [service.clock.now(), limit],
  );
  return rows.map(({ name }) => name);
}

test('IT sees those that end first, in their order, and then those with nothing that ends', async () => {
  const all = await expected(1000);
  expect(all.length).toBeGreaterThan(60);
  expect(await found(it, 1000)).toEqual(all);
});

test('IT sees as many as fit, none of them deleted, each once', async () => {
  const names = await found(it, 50);
  expect(new Set(names).size).toBe(50);
  expect(names).not.toContain('Partner-NL-Many5-DM');
  const ends = await service.dataSource.query<{ latest: Date; earliest: Date }[]>(
    `select max(e) filter (where name = any($1)) as latest,
       min(e) filter (where name <> all($1)) as earliest
     from (select a.name, min(s.expires_at) as e from applications a
       join secrets s on s.application_id = a.id and s.deleted_at is null
         and s.disabled_at is null and s.expires_at > $2
       where a.deleted_at is null group by a.id) x`,
    [names, service.clock.now()],
  );
  expect(ends[0]!.latest.getTime()).toBeLessThanOrEqual(ends[0]!.earliest.getTime());
});

test('whoever is taken for IT, and is not, sees nothing', async () => {
  const [other] = await service.dataSource.query<{ id: string }[]>(
    `select id from users where id not in (select user_id from role_assignments) limit 1`,
  );
  expect(await found({ ...it, id: other!.id }, 50)).toEqual([]);
});
