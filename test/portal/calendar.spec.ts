import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import fs from 'node:fs';
import { catalogues } from '../../src/platform/language/catalogues.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import type { Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const bram = 'bram@matchpunt.example';
const olga = 'olga@matchpunt.example';
const grace = 'grace@lanetrust.example';
const ines = 'ines@keyturn.example';
const lucia = 'lucia@rid.example';

let service: TestApp;
const log: string[] = [];
beforeAll(async () => {
  jest.spyOn(fs, 'writeSync').mockImplementation((_file: number, text: string) => {
    log.push(text);
    return Buffer.byteLength(text);
  });
  service = await startTestApp({ LOG_LEVEL: 'trace' });
});
afterAll(async () => {
  await service.close();
  jest.restoreAllMocks();
});

const page = '/forecast/calendar';

/** Signs in, makes an address, and gives its path. */
async function made(email: string): Promise<{ browser: Visitor; path: string }> {
  const browser = await service.signedIn(email);
  await browser.get(page);
  await browser.submit({}, page);
  const [, path] =
    /http:\/\/localhost:3000(\/calendar\/[\w-]{43}\.ics)</.exec(browser.page.text) ?? [];
  return { browser, path: path! };
}

/** What a calendar program does: no cookie, no sign-in. */
const fetched = (path: string, headers: Record<string, string> = {}) => {
  // Each feed may be asked so often a minute.
  service.clock.advance(60_000);
  return fetch(service.url + path, { headers, redirect: 'manual' });
};

const unfolded = async (path: string) =>
  (await (await fetched(path)).text()).replaceAll('\r\n ', '');

describe('the calendar feed (M11, C7)', () => {
  test('is made on a page, fetched without a sign-in, and named nowhere again', async () => {
    const { browser, path } = await made(bram);
    expect(browser.page.status).toBe(200);
    expect(browser.page.headers.get('cache-control')).toBe('no-store');
    const answer = await fetched(path);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe('text/calendar; charset=utf-8');
    expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
    expect(answer.headers.getSetCookie()).toEqual([]);
    const text = await answer.text();
    expect(text).toMatch(/^BEGIN:VCALENDAR\r\n[\s\S]*\r\nEND:VCALENDAR\r\n$/);
    expect(text.replaceAll('\r\n', '')).not.toMatch(/[\r\n]/);

    await browser.get(page);
    expect(browser.words).toMatch(/made Tue 1 December 2026.*Last fetched Tue 1 December 2026/);
    const token = path.slice(10, -4);
    expect(browser.page.text).not.toContain(token);
    const kept = await service.dataSource.query<{ row: string }[]>(
      `select row_to_json(f)::text as row from calendar_feeds f
       union all select row_to_json(e)::text from audit_events e where action like 'calendar%'`,
    );
    expect(kept.length).toBeGreaterThan(1);
    for (const { row } of kept) expect(row).not.toContain(token);
  });

  test('has the last day of each secret, and the days on which mails go out', async () => {
    const { path } = await made(bram);
    const events = (await unfolded(path)).split('BEGIN:VEVENT').slice(1);
    const end = events.find((each) => /SUMMARY:Secret ends: Search gateway\\, old key/.test(each))!;
    expect(end).toContain('DTSTART;VALUE=DATE:20261206\r\nDTEND;VALUE=DATE:20261207');
    expect(end).toMatch(/UID:end-[0-9a-f-]{36}@localhost/);
    expect(end).toContain('24:00 UTC.');
    const mail = events.find((each) => each.includes('UID:mails-2026-12-02-'))!;
    expect(mail).toContain('DTSTART;VALUE=DATE:20261202');
    expect(mail).toMatch(
      /Search gateway\\, old key” of [^:]+\\, 4 days before: Anna Visser\\, Bram Jansen/,
    );
    expect(mail).not.toContain('@matchpunt.example');
    const uids = events.map((each) => /UID:(.*)/.exec(each)![1]);
    expect(new Set(uids).size).toBe(uids.length);
  });

  test('speaks the language of whoever made it', async () => {
    const { path } = await made(bram);
    const before = catalogues.get('de')!;
    catalogues.set('de', {
      'Secret ends: {0} ({1})': 'Läuft ab: {0}',
      '{0} days before': '{0} Tage vorher',
    });
    await service.dataSource.query(`update users set language = 'de' where email = $1`, [bram]);
    const text = await unfolded(path);
    await service.dataSource.query(`update users set language = 'en' where email = $1`, [bram]);
    catalogues.set('de', before);
    expect(text).toContain('SUMMARY:Läuft ab: Search gateway');
    expect(text).toContain('until So.\\, 6. Dezember 2026\\, 24:00 UTC');
    expect(text).toContain('4 Tage vorher: Anna Visser');
  });

  test.each([
    [bram, ['Search gateway'], ['Donor upload', 'Search server', 'First steps', 'Grace']],
    [olga, ['Search gateway'], ['Search server', 'First steps', 'Grace', 'LaneTrust']],
    [grace, ['Search server'], ['Search gateway', 'Anna', 'First steps', 'Matchpunt']],
  ])('shows %s what they may see, and no word of others', async (email, with_, without) => {
    const text = await unfolded((await made(email)).path);
    for (const each of with_) expect(text).toContain(each);
    for (const each of without) expect(text).not.toContain(each);
  });

  test('of IT has what IT is reminded of: the secrets of resource servers, and nothing else', async () => {
    await service.dataSource.query(
      `insert into secrets (id, resource_id, name, hint, digest, key_number, created_at, expires_at)
       select gen_random_uuid(), q.id, 'Introspection', 'a7K', sha256('x'), 1, $1,
         $1::timestamptz + interval '5 days'
       from resources q where q.name = 'Match-Connect' and q.environment = 'production'`,
      [new Date('2026-12-01T00:00:00Z')],
    );
    const { browser, path } = await made(ines);
    expect(browser.page.status).toBe(200);
    const events = (await unfolded(path)).split('BEGIN:VEVENT').slice(1);
    const ends = events.filter((each) => each.includes('UID:end-'));
    expect(ends).toHaveLength(1);
    expect(ends[0]).toContain('SUMMARY:Secret ends: Introspection (Match-Connect (production))');
    expect(ends[0]).toMatch(/URL:http:\/\/localhost:3000\/admin\/resources\/[0-9a-f-]{36}\r\n/);
    const mail = events.find((each) => each.includes('UID:mails-'))!;
    expect(mail).toMatch(/Introspection” of Match-Connect \(production\)\\, 3 days before: Inês/);
    expect(events.join('')).not.toMatch(/Search|Partner-/);
    expect(await unfolded((await made(olga)).path)).not.toContain('Introspection');
  });

  test('is not for somebody who is reminded of nothing', async () => {
    const browser = await service.signedIn(lucia);
    await browser.get('/forecast');
    expect(browser.page.text).not.toContain(page);
    expect((await browser.get(page)).status).toBe(404);
    await browser.get('/profile');
    const { _csrf } = browser.form('/profile/recovery-codes').fields;
    expect((await browser.post(page, { _csrf: _csrf! })).status).toBe(404);
  });

  test('has the same UIDs at every fetch, and says when nothing has changed', async () => {
    const { path } = await made(grace);
    const first = await fetched(path);
    const etag = first.headers.get('etag')!;
    expect(first.headers.get('cache-control')).toBe('private, no-cache');
    const again = await fetched(path, { 'if-none-match': `"other", W/${etag}` });
    expect([again.status, await again.text()]).toEqual([304, '']);
    const head = await fetch(service.url + path, { method: 'HEAD' });
    expect([head.status, head.headers.get('etag')]).toEqual([200, etag]);
    service.clock.advance(86_400_000);
    const later = await unfolded(path);
    for (const uid of (await first.text()).match(/UID:end-.*/g)!) expect(later).toContain(uid);
    service.clock.advance(-86_400_000);
  });

  test('a name cannot write into the calendar', async () => {
    const { path } = await made(grace);
    const rows = await service.dataSource.query<{ id: string; name: string }[]>(
      `select id, name from secrets where name = 'Search server'`,
    );
    const { id, name } = rows[0]!;
    const hostile = `x;y,\\"z BEGIN:VEVENT ATTACH:http://evil.example/${'é'.repeat(40)}`;
    await service.dataSource.query(`update secrets set name = $2 where id = $1`, [id, hostile]);
    const text = await (await fetched(path)).text();
    await service.dataSource.query(`update secrets set name = $2 where id = $1`, [id, name]);
    expect(text).not.toMatch(/^ATTACH/m);
    for (const line of text.split('\r\n')) expect(Buffer.byteLength(line)).toBeLessThanOrEqual(75);
    expect(text.match(/^BEGIN:VEVENT/gm)).toHaveLength(text.match(/^UID:/gm)!.length);
    expect(text.replaceAll('\r\n ', '')).toContain('x\\;y\\,\\\\"z BEGIN:VEVENT ATTACH:http');
  });
});

describe('the address of a feed', () => {
  const audit = () =>
    service.dataSource.query<{ action: string }[]>(
      `select action from audit_events where subject_name = $1 and action like 'calendar%'
       order by id`,
      [anna],
    );

  test('is void once it is revoked or another one is made; each is in the audit', async () => {
    const first = await made(anna);
    expect((await fetched(first.path)).status).toBe(200);
    const second = await made(anna);
    expect((await fetched(first.path)).status).toBe(404);
    expect((await fetched(second.path)).status).toBe(200);
    await second.browser.get(page);
    await second.browser.submit({}, `${page}/revoke`);
    expect(second.browser.words).toContain('The address is revoked.');
    expect(second.browser.words).toContain('You have no address yet.');
    expect((await fetched(second.path)).status).toBe(404);
    expect((await audit()).map(({ action }) => action)).toEqual(
      ['make', 'revoke', 'make', 'revoke'].map((each) => `calendar_feed.${each}`),
    );
  });

  test('of several made at once the last one stands', async () => {
    const browser = await service.signedIn(anna);
    await browser.get(page);
    const { fields } = browser.form(page);
    const post = () =>
      browser
        .send('POST', page, new URLSearchParams(fields).toString())
        .then(({ status }) => status);
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('lock calendar_feeds in exclusive mode');
    const posts = Array.from({ length: 3 }, post);
    await waitingFor(runner, 3);
    await runner.commitTransaction();
    await runner.release();
    const answers = await Promise.all(posts);
    expect(answers).toEqual([200, 200, 200]);
    const open = await service.dataSource.query<unknown[]>(
      `select from calendar_feeds f join users u on u.id = f.user_id
       where u.email = $1 and f.revoked_at is null`,
      [anna],
    );
    expect(open).toHaveLength(1);
  });

  test('is void while the role is gone, and for good with the account', async () => {
    const { path } = await made(grace);
    const change = (set: string, table = 'role_assignments r', of = 'r.user_id') =>
      service.dataSource.query(
        `update ${table} set ${set} from users g where g.id = ${of} and g.email = $1`,
        [grace],
      );
    await change(`ends_at = '2026-11-30'`);
    expect((await fetched(path)).status).toBe(404);
    await change('ends_at = null');
    expect((await fetched(path)).status).toBe(200);
    await change(`closed_at = now()`, 'users u', 'u.id');
    expect((await fetched(path)).status).toBe(404);
    await change('closed_at = null', 'users u', 'u.id');
  });

  test('that does not exist looks like one that is void, and cannot be guessed for long', async () => {
    service.clock.advance(60_000);
    const guess = (name: string) => fetch(`${service.url}/calendar/${name}`);
    const wrong = `${'A'.repeat(43)}.ics`;
    const answers = [await guess(wrong), await guess('x'), await guess(`${'A'.repeat(43)}`)];
    const bodies = await Promise.all(answers.map((each) => each.text()));
    expect(answers.map(({ status }) => status)).toEqual([404, 404, 404]);
    expect(new Set(bodies).size).toBe(1);
    const many = await Promise.all(Array.from({ length: 40 }, () => guess(wrong)));
    const refused = many.filter(({ status }) => status === 429);
    expect(refused).toHaveLength(11);
    expect(Number(refused[0]!.headers.get('retry-after'))).toBeGreaterThan(0);
  });

  test('of somebody else’s guesses nobody suffers; one feed can be asked so often', async () => {
    const { path } = await made(olga);
    service.clock.advance(60_000);
    const answers = await Promise.all(Array.from({ length: 25 }, () => fetch(service.url + path)));
    expect(answers.map(({ status }) => status).sort()).toEqual([
      ...Array<number>(20).fill(200),
      ...Array<number>(5).fill(429),
    ]);
  });

  test('is in no line of the log', async () => {
    const { path } = await made(bram);
    log.splice(0);
    await (await fetched(path)).text();
    await (await fetched(path.replace(/..\.ics$/, '00.ics'))).text();
    await (await fetched(`${path}/x?a=${path}`)).text();
    const lines = log.join('');
    expect(lines.match(/"route":"\/calendar\/:file"/g)).toHaveLength(2);
    expect(lines).toContain('"status":404');
    expect(lines).not.toContain(path.slice(10, 30));
  });
});

test('a line of the log says who was refused, and by which rule', async () => {
  const browser = await service.signedIn(bram);
  const [user] = await service.dataSource.query<{ id: string }[]>(
    'select id from users where email = $1',
    [bram],
  );
  log.splice(0);
  await browser.get('/admin/users');
  await browser.post('/profile/sessions/end-others', {});
  const lines = log.map((line) => JSON.parse(line) as { req: object; res: object });
  expect(lines).toMatchObject([
    { req: { route: '/admin/users', who: user!.id, refused: 'not_found' }, res: { status: 404 } },
    { req: { who: user!.id, refused: 'stale_form' }, res: { status: 403 } },
  ]);
});
