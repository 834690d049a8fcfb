import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import { it } from './cast.js';

let service: TestApp;
let browser: Visitor;

/** Beside the demo world 120 organisations with an application and a person each. */
beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
  const { dataSource, clock } = service;
  const now = clock.now();
  await dataSource.query(
    `insert into organisations (id, country, name, slug, created_at)
     select md5('o' || n)::uuid, case n % 2 when 0 then 'FR' else 'IT' end, 'Many ' || n,
       'Many' || n, $1::timestamptz + n * interval '1 ms' from generate_series(1, 120) n`,
    [now],
  );
  await dataSource.query(
    `insert into applications (id, client_id, organisation_id, kind, country, slug, api_code, name,
       created_at, disabled_at, deleted_at)
     select md5('a' || n)::uuid, md5('c' || n)::uuid, o.id, 'partner', o.country, o.slug, 'DM',
       'Partner-' || o.country || '-' || o.slug || '-DM', o.created_at,
       case when n % 3 = 0 then $1::timestamptz end, case when n = 120 then $1::timestamptz end
     from generate_series(1, 120) n join organisations o on o.id = md5('o' || n)::uuid`,
    [now],
  );
  await dataSource.query(
    `insert into users (id, organisation_id, email, name, created_at, activated_at, closed_at)
     select md5('u' || n)::uuid, md5('o' || n)::uuid, 'p' || n || '@many.example', 'Person ' || n,
       $1::timestamptz + n * interval '1 ms', case when n % 2 = 0 then $1::timestamptz end,
       case when n % 5 = 0 then $1::timestamptz end from generate_series(1, 120) n`,
    [now],
  );
  await dataSource.query(
    `insert into role_assignments (id, user_id, role, organisation_id, application_id, confirmed_by,
       confirmed_on, granted_at, ends_at)
     select gen_random_uuid(), md5('u' || n)::uuid, 'credential_manager', md5('o' || n)::uuid,
       md5('a' || n)::uuid, 'X', '2026-11-01', '2026-11-01',
       case when n % 4 = 0 then $1::timestamptz end from generate_series(2, 120, 2) n`,
    [now],
  );
  await dataSource.query(
    `insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at,
       disabled_at)
     select gen_random_uuid(), md5('a' || n)::uuid, 'S', 'abc', sha256(n::text::bytea), 1,
       $1::timestamptz, $1::timestamptz + interval '30 days', case when n % 7 = 0 then $1::timestamptz end
     from generate_series(1, 120, 2) n`,
    [now],
  );
});
afterAll(() => service.close());

/** The rows of all pages, read forward; then back again, to see that they are the same. */
async function all(path: string): Promise<string[]> {
  const rows: string[][] = [];
  await browser.get(path);
  rows.push(lines());
  for (let next = link('next'); next; next = link('next')) {
    await browser.get(new URL(next, `http://x${path}`).pathname + next);
    rows.push(lines());
  }
  for (let at = rows.length - 2; at >= 0; at--) {
    const previous = link('prev')!;
    await browser.get(new URL(previous, `http://x${path}`).pathname + previous);
    expect(lines()).toEqual(rows[at]);
  }
  return rows.flat();
}

function lines(): string[] {
  const body = /<tbody>([\s\S]*)<\/tbody>/.exec(browser.page.text)?.[1] ?? '';
  return [...body.matchAll(/<th scope="row"><a[^>]*>([^<]*)<\/a>/g)].map(([, text]) => text!);
}

function link(rel: 'next' | 'prev'): string | undefined {
  const found = new RegExp(`<a[^>]*rel="${rel}"[^>]*href="([^"]*)"`).exec(browser.page.text)?.[1];
  return found?.replaceAll('&amp;', '&');
}

const live = `r.withdrawn_at is null and (r.ends_at is null or r.ends_at > $1)`;
const role = (name: string) =>
  `closed_at is null and exists (select from role_assignments r where r.user_id = t.id and ${live} and r.role = '${name}')`;

/** An address, and in the plainest way which rows it should show. */
describe.each([
  ['organisations', 'country=FR', `country = 'FR'`],
  ['organisations', 'country=IT&q=many+1', `country = 'IT' and name like 'Many 1%'`],
  ['organisations', 'country=XX', 'true'],
  ['applications', '', 'deleted_at is null'],
  ['applications', 'api=DM', `deleted_at is null and api_code = 'DM'`],
  ['applications', 'show=disabled', 'deleted_at is null and disabled_at is not null'],
  ['applications', 'organisation=MANY+1', `deleted_at is null and slug like 'Many1%'`],
  ['applications', 'organisation=many2', `deleted_at is null and slug like 'Many2%'`],
  ['applications', 'q=donautal', `deleted_at is null and slug = 'Donautal'`],
  [
    'applications',
    'show=no_manager',
    `deleted_at is null and not exists (select from role_assignments r join users u on u.id = r.user_id
      where r.application_id = t.id and ${live} and u.closed_at is null and u.activated_at is not null)`,
  ],
  [
    'applications',
    'show=no_secret&api=DM',
    `deleted_at is null and api_code = 'DM' and not exists (select from secrets s
      where s.application_id = t.id and s.deleted_at is null and s.disabled_at is null and s.expires_at > $1)`,
  ],
  ['users', 'state=closed', 'closed_at is not null'],
  ['users', 'state=invited', 'closed_at is null and activated_at is null'],
  ['users', 'state=active', 'closed_at is null and activated_at is not null'],
  ['users', 'role=it', role('it')],
  ['users', 'role=org_admin', role('org_admin')],
  [
    'users',
    'role=credential_manager&state=active',
    `activated_at is not null and ${role('credential_manager')}`,
  ],
  [
    'users',
    'role=none',
    `closed_at is not null or not exists (select from role_assignments r where r.user_id = t.id and ${live})`,
  ],
])('%s with %j', (table, query, condition) => {
  test.each([
    ['by name', '', 'lower(name), id::text'],
    ['the newest first', '&sort=new', 'created_at desc, id desc'],
  ])('shows the right ones, %s', async (_, sort, order) => {
    const rows = await service.dataSource.query<{ name: string }[]>(
      `select name from ${table} t where ($1::timestamptz is not null) and (${condition}) order by ${order}`,
      [service.clock.now()],
    );
    expect(rows.length).toBeGreaterThan(0);
    expect(await all(`/admin/${table}?${query}${sort}`)).toEqual(rows.map(({ name }) => name));
  });
});

test('the filters stay in the form, and what is none is as good as nothing', async () => {
  await browser.get('/admin/applications?api=DM&show=disabled&organisation=Many&sort=new');
  for (const value of ['DM', 'disabled', 'new']) {
    expect(browser.page.text).toContain(`<option value="${value}" selected>`);
  }
  expect(browser.page.text).toContain('value="Many"');
  for (const list of ['organisations', 'applications', 'users']) {
    const odd =
      'country=%00&api=%27&show=x&role=x&state=__proto__&sort=x&organisation=%25&after=eyJ9';
    expect((await browser.get(`/admin/${list}?${odd}`)).status).toBe(200);
    // A cursor of the other order: the first page.
    await browser.get(`/admin/${list}`);
    const next = link('next');
    if (next) expect((await browser.get(`/admin/${list}${next}&sort=new`)).status).toBe(200);
  }
  await browser.get('/admin/users?role=it&state=closed');
  expect(browser.words).toContain('Nobody fits all of this.');
});

test.each([
  ['organisations?country=FR', 'organisations_country_idx'],
  ['organisations?sort=new', 'organisations_created_idx'],
  ['applications', 'applications_name_key'],
  ['applications?api=SMC', 'applications_api_idx'],
  ['applications?show=disabled', 'applications_disabled_idx'],
  ['applications?sort=new', 'applications_created_idx'],
  ['users?state=closed', 'users_closed_idx'],
  ['users?state=invited', 'users_invited_idx'],
  ['users?sort=new', 'users_created_idx'],
  ['users?role=it', 'role_assignments_role_idx'],
])('%s is read by %s', async (path, index) => {
  const { dataSource } = service;
  await dataSource.query('analyze organisations, applications, users, role_assignments');
  const asked = jest.spyOn(dataSource, 'query');
  await browser.get(`/admin/${path}`);
  const [sql, values] = asked.mock.calls.find(([text]) => text.includes('limit 51'))!;
  asked.mockRestore();
  const plan = await dataSource.transaction(async (tx) => {
    // With so few rows a table is read from end to end all the same, unless that is forbidden.
    await tx.query('set local enable_seqscan = off; set local enable_sort = off');
    return tx.query<{ 'QUERY PLAN': string }[]>(`explain ${sql}`, values as unknown[]);
  });
  expect(plan.map((line) => line['QUERY PLAN']).join('\n')).toContain(index);
});
