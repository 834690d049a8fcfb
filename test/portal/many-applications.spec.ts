import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { countEnds } from '../../src/portal/all-ends.query.js';
import { findEndingFirst } from '../../src/portal/ending-first.query.js';
import { filters, findHome, type Place } from '../../src/portal/home.query.js';
import { findNarrowed } from '../../src/portal/narrowed.query.js';
import type { Permission } from '../../src/users/permissions.js';
import type { Viewer } from '../../src/authentication/viewer.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';

let service: TestApp;
let ines: Visitor;
let it: Viewer;
const home = '/manage-api-credentials';

/** A thousand applications, sixty with secrets that end together, as they do at a day's end. */
beforeAll(async () => {
  service = await startTestApp();
  const { dataSource, clock } = service;
  await dataSource.query(`
    insert into organisations (id, country, name, slug, created_at)
    select md5('o' || n)::uuid, 'NL', 'Many ' || n, 'Many' || n, now() from generate_series(1, 1001) n;
    insert into applications (id, client_id, organisation_id, kind, country, slug, api_code, name, created_at)
    select md5('a' || n)::uuid, md5('c' || n)::uuid, md5('o' || n)::uuid, 'partner', 'NL', 'Many' || n,
      'DM', 'Partner-NL-Many' || n || '-DM', now() from generate_series(1, 1001) n;`);
  await dataSource.query(
    `insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at)
     select gen_random_uuid(), md5('a' || n)::uuid, 'Secret ' || k, 'abc',
       sha256((n || ' ' || k)::bytea), 1, $1::timestamptz,
       $1::timestamptz + interval '1 day' * (1 + (n + 7 * k) % 5)
     from generate_series(1, 60) n, generate_series(1, 3) k`,
    [clock.now()],
  );
  await dataSource.query(`update applications set deleted_at = now() where slug = 'Many5'`);
  // What has ended while it was switched off has ended, too.
  await dataSource.query(
    `insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at,
       disabled_at)
     values (gen_random_uuid(), md5('a7')::uuid, 'Off', 'abc', sha256('off'), 1,
       $1::timestamptz - interval '9 days', $1::timestamptz - interval '1 day', $1::timestamptz)`,
    [clock.now()],
  );
  const [user] = await dataSource.query<{ id: string }[]>(
    `select user_id as id from role_assignments where role = 'it' and withdrawn_at is null`,
  );
  const nobody = { name: '', email: '', organisationId: null, orgAdmin: false, manager: false };
  const may = new Set<Permission>(['applications.see']);
  it = {
    ...nobody,
    may,
    everywhere: may,
    roles: [],
    id: user!.id,
    it: true,
    language: 'en',
    address: '',
  };
  ines = await service.signedIn('ines@keyturn.example');
});
afterAll(() => service.close());

/** All pages, one after the other. */
async function paged(
  size: number,
  find: (after: Place | undefined, limit: number) => Promise<{ id: string; place: Place }[]>,
): Promise<string[]> {
  const ids: string[] = [];
  for (let after: Place | undefined, more = true; more;) {
    const rows = await find(after, size);
    ids.push(...rows.map(({ id }) => id));
    more = rows.length === size;
    after = rows.at(-1)?.place;
  }
  return ids;
}

const ordered = (viewer: Viewer) => (after: Place | undefined, limit: number) =>
  findEndingFirst(service.dataSource, viewer, service.clock.now(), after, limit);

test('IT sees all in the order of their first ends, and then those with nothing that ends', async () => {
  const rows = await service.dataSource.query<{ id: string }[]>(
    `select a.id from applications a left join secrets s on s.application_id = a.id
       and s.deleted_at is null and s.disabled_at is null and s.expires_at > $1
     where a.deleted_at is null group by a.id
     order by min(s.expires_at), case when min(s.expires_at) is not null then a.id end, a.name`,
    [service.clock.now()],
  );
  const all = rows.map(({ id }) => id);
  expect(all.length).toBeGreaterThan(1000);
  // Pages end among those that end together, and where those of which nothing ends begin.
  expect(await paged(31, ordered(it))).toEqual(all);
  expect(await paged(5000, ordered(it))).toEqual(all);
});

test.each([...filters.map((show) => ({ q: '', show })), { q: 'mANY 1' }, { q: 'secret 2' }])(
  'what fits %j is the same as among few, in pages',
  async ({ q, ...filter }) => {
    const now = service.clock.now();
    const { rows } = await findHome(service.dataSource, it, now, { q, ...filter }, 5000);
    expect(rows.length).toBeGreaterThan(0);
    const found = await paged(97, (after, limit) =>
      findNarrowed(service.dataSource, it, now, { q, ...filter, after }, limit),
    );
    expect(found).toEqual(rows.map(({ id }) => id));
  },
);

test('how many end soon, or have ended, is what the filters find', async () => {
  const now = service.clock.now();
  const { counts } = await findHome(service.dataSource, it, now, { q: '' }, 1);
  expect(await countEnds(service.dataSource, it, now)).toEqual({
    ending: { count: counts.ending, more: false },
    expired: { count: counts.expired, more: false },
  });
});

test('the page of so many has what can be counted by an index, and a picture of bars', async () => {
  await ines.get(home);
  expect(ines.page.text).toMatch(/Ending <span class="tab-count">\d+<\/span>/);
  expect(ines.page.text).toMatch(/Never used<\/a>/);
  expect(ines.page.text).toMatch(/All<\/a>/);
  expect(ines.words).toContain('Secrets that are replaced already count too.');
  const svg = /<svg class="time-line-picture"[\s\S]*?<\/svg>/.exec(ines.page.text)![0];
  expect(svg).toMatch(/<g class="time-line-bad"><title>Week of .*: \d+ secrets end<\/title><rect /);
  expect(svg).not.toContain('<circle');
  expect(ines.words).toMatch(/Most secrets end in the week of Mon [^:]*: \d+\./);
  const { text } = await ines.get(`${home}?after=${/after=([^"&]+)/.exec(ines.page.text)![1]!}`);
  expect(text).not.toContain('time-line-picture');
  await ines.get(`${home}?q=Many+1001`);
  expect(ines.words).toContain('Partner-NL-Many1001-DM');
});

test('of more than are counted it is said that there are more', async () => {
  const { dataSource, clock } = service;
  await dataSource.query(
    `insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at)
     select gen_random_uuid(), md5('a' || n)::uuid, 'More', 'abc', sha256(('more' || n)::bytea), 1,
       $1::timestamptz, $1::timestamptz + interval '15 days' from generate_series(1, 1001) n`,
    [clock.now()],
  );
  await ines.get(home);
  expect(ines.words).toMatch(/Ending 1,000\+/);
  expect(ines.words).toMatch(/Most secrets end in the week of Mon [^:]*: 1,000\+\./);
  expect(ines.words).toContain('more than 1,000 secrets end');
});

test('whoever is taken for IT, and is not, sees nothing', async () => {
  const { dataSource, clock } = service;
  const [other] = await dataSource.query<{ id: string }[]>(
    `select id from users where id not in (select user_id from role_assignments) limit 1`,
  );
  const nobody = { ...it, id: other!.id };
  expect(await ordered(nobody)(undefined, 50)).toEqual([]);
  expect(await findNarrowed(dataSource, nobody, clock.now(), { q: 'many' }, 50)).toEqual([]);
  const none = { count: 0, more: false };
  expect(await countEnds(dataSource, nobody, clock.now())).toEqual({ ending: none, expired: none });
});
