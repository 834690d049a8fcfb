import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';

let service: TestApp;
let anna: Visitor;
let ines: Visitor;

beforeAll(async () => {
  service = await startTestApp();
  anna = await service.signedIn('anna@matchpunt.example');
  ines = await service.signedIn('ines@keyturn.example');
});
afterAll(() => service.close());

const home = '/manage-api-credentials';

const after = (end: string) =>
  `?after=${Buffer.from(JSON.stringify([end, 'X'])).toString('base64url')}`;
const madeUpEnds = [
  '2026-02-30 00:00:00',
  '2026-02-30T00:00:00Z',
  '2026-02-30T00:00:00.000000Z',
  '2026-02-28T24:00:00.000000Z',
  '2026-1 1 00:00:00',
  '0000-01-01T00:00:00Z',
  '0000-01-01T00:00:00.000000Z',
  '2026-01-01 00:00:00 +9999',
  '2026-01 00:00:00',
  '2026-01-01T00:00:00Z',
];

/** The applications on the page, in order. */
function names(visitor: Visitor): string[] {
  return [...visitor.page.text.matchAll(/<h2 id="app-[^"]*"><a[^>]*>([^<]*)</g)].map(
    ([, name]) => name!,
  );
}

describe('the list of applications', () => {
  test.each([
    ['?q=lanetrust', ['Partner-GB-LaneTrust-SMC', 'Partner-GB-LaneTrust-DM']],
    ['?q=Lane+Trust', ['Partner-GB-LaneTrust-SMC', 'Partner-GB-LaneTrust-DM']],
    ['?q=LABORATORY', ['Partner-NL-Matchpunt-SMC']],
    ['?q=%25', []],
    ["?q='%3B+drop+table+secrets%3B--", []],
    [
      '?show=ending',
      ['Partner-DE-Donautal-SMC', 'Partner-NL-Matchpunt-SMC', 'Partner-GB-LaneTrust-SMC'],
    ],
    ['?show=expired', ['Partner-NL-Matchpunt-DM']],
    ['?show=never_used', ['PartnerAlternative-NL-Matchpunt-SMC', 'Partner-NL-Keyturn-KT']],
    ['?show=cannot_connect', ['Partner-GB-LaneTrust-DM']],
    ['?show=no_manager', ['Partner-DE-Donautal-DM']],
    ['?show=ending&q=matchpunt', ['Partner-NL-Matchpunt-SMC']],
  ])('%s', async (query, expected) => {
    await ines.get(home + query);
    expect(ines.page.status).toBe(200);
    expect(names(ines)).toEqual(expected);
  });

  test.each([
    '?show=id',
    '?show[]=ending',
    '?q[]=x',
    '?after=e30',
    '?after=WyJub3ciLCJ4Il0',
    '?after=%00',
    ...madeUpEnds.map(after),
  ])('%s, which no page of ours has made, is the whole list', async (query) => {
    await ines.get(home + query);
    expect(names(ines)).toHaveLength(8);
  });

  test('finds a client ID and the first characters of a secret', async () => {
    const { secrets, applications } = service.world;
    await ines.get(`${home}?q=${applications[0]!.clientId.toUpperCase()}`);
    expect(names(ines)).toEqual(['Partner-NL-Matchpunt-SMC']);
    const search = secrets.find(({ name }) => name === 'Search server')!;
    await ines.get(`${home}?q=${search.value.slice(0, 3)}`);
    expect(names(ines)).toContain('Partner-GB-LaneTrust-SMC');
  });

  test('finds nothing that is not for these eyes', async () => {
    await anna.get(`${home}?q=LaneTrust`);
    expect(names(anna)).toEqual([]);
    expect(anna.words).toContain('No application fits “LaneTrust”.');
    await anna.get(home);
    expect(anna.words).not.toContain('LaneTrust');
    expect(anna.words).toContain('3 secrets need attention');
    await ines.get(home);
    expect(ines.words).toContain('Cannot connect');
    expect(ines.words).toMatch(/used 2 days ago|used yesterday/);
  });

  test('of many comes in pages, without a gap and without a double', async () => {
    await service.dataSource.query(
      `insert into applications (id, organisation_id, kind, country, slug, api_code, name,
         client_id, created_at)
       select gen_random_uuid(), organisation_id, kind, country, slug || n, api_code,
         'Partner-' || country || '-' || slug || n || '-DM', gen_random_uuid(), created_at from applications, generate_series(1, 30) n
       where name in ('Partner-GB-LaneTrust-DM', 'Partner-NL-Matchpunt-DM')`,
    );
    await service.dataSource.query(
      `insert into secrets (id, application_id, name, hint, digest, key_number, created_at, expires_at)
       select gen_random_uuid(), id, 'Many', 'abc', sha256(id::text::bytea), 1, now(),
         now() + interval '200 days' from applications where name ~ 'Matchpunt[12]'`,
    );
    const seen: string[] = [];
    for (let href: string | undefined = home; href;) {
      await ines.get(href);
      seen.push(...names(ines));
      href = /rel="next" href="([^"]*)"/.exec(ines.page.text)?.[1]?.replaceAll('&amp;', '&');
    }
    expect(seen).toHaveLength(68);
    expect(new Set(seen).size).toBe(68);
  });
});

describe('what ends when', () => {
  test('is a picture with its words, a warning, and the same as a list', async () => {
    await anna.get(home);
    const svg = /<svg class="time-line-picture"[\s\S]*?<\/svg>/.exec(anna.page.text)![0];
    expect(svg).toContain(
      'secrets end in the next 12 months, the first in the week of Mon 30 November',
    );
    expect(svg).not.toContain('style=');
    const list = /<details class="time-line-list">[\s\S]*?<\/details>/.exec(anna.page.text)![0];
    expect(list).toContain('Search gateway, old key');
    // Replaced, off and expired ones surprise nobody.
    expect(list).not.toContain('Night export 2025');
    expect(list).not.toContain('Migration test');
    expect(list).not.toContain('last year');
    expect(list).not.toContain('Search server');
    expect(anna.page.text).not.toContain('time-line-warning');
    await anna.get(/href="([^"]*secrets\/new)"/.exec(anna.page.text)![1]!);
    await anna.submit({ name: 'In the same week', lastDay: '2026-12-04' });
    expect(anna.page.status).toBe(201);
    await anna.get(home);
    expect(anna.words).toContain('2 secrets end in the week of Mon 30 November 2026.');
  });
});

test('a role that has ended shows nothing any more, neither in the list nor in the picture', async () => {
  await anna.get(home);
  expect(anna.words).toContain('Donor upload');
  await service.dataSource.query(
    `update role_assignments set ends_at = $1 where withdrawn_at is null
       and application_id = (select id from applications where name = 'Partner-NL-Matchpunt-DM')`,
    [new Date(service.clock.now().getTime() - 1)],
  );
  await anna.get(home);
  expect(names(anna)).toEqual(['Partner-NL-Matchpunt-SMC', 'PartnerAlternative-NL-Matchpunt-SMC']);
  expect(anna.words).not.toContain('Donor upload');
});
