import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Viewer } from '../../src/authentication/viewer.js';
import { actionsOfKind } from '../../src/portal/activity-words.js';
import { findDone, findRefused } from '../../src/portal/activity.query.js';
import { Refusals } from '../../src/secrets/refusals.service.js';
import { type Program, Programs } from '../api/cast.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';

const formula = '=HYPERLINK("http://evil.example","x")';

let service: TestApp;
let anna: Visitor;
let grace: Visitor;
let own: string;
let foreign: string;

beforeAll(async () => {
  service = await startTestApp();
  [own, foreign] = [await idOf('Partner-NL-Matchpunt-SMC'), await idOf('Partner-GB-LaneTrust-SMC')];
  anna = await service.signedIn('anna@matchpunt.example');
  grace = await service.signedIn('grace@lanetrust.example');
});
afterAll(() => service.close());

async function idOf(name: string): Promise<string> {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    'select id from applications where name = $1',
    [name],
  );
  return row!.id;
}

const page = (query = '', id = own) => `/manage-api-credentials/${id}/activity${query}`;

interface Row {
  at: string;
  who: string;
  action: string;
  on: string;
  detail: string | null;
  reason: string;
  from: string;
}

async function rows(query = '', visitor = anna): Promise<Row[]> {
  await visitor.get(page(`/export.json${query}`));
  return JSON.parse(visitor.page.text) as Row[];
}

async function refuse(applicationId: string, address: string, secretId?: string): Promise<void> {
  const [row] = await service.dataSource.query<{ clientId: string }[]>(
    'select client_id as "clientId" from applications where id = $1',
    [applicationId],
  );
  const refusals = service.app.get(Refusals);
  const reason = secretId ? ('off' as const) : ('wrong_secret' as const);
  await refusals.take({ ...row!, secretId, reason, address, at: service.clock.now() });
  await refusals.flush();
}

describe('the activity of an application', () => {
  test('says who did what to what and when, and nothing of other applications', async () => {
    await anna.get(`/manage-api-credentials/${own}/secrets/new`);
    await anna.submit({ name: formula, lastDay: '2027-03-01' });
    await anna.get(page());
    expect(anna.page.status).toBe(200);
    expect(anna.words).toContain(`Secret created begins with`);
    expect(anna.words).toMatch(/Role given credential manager bram@matchpunt\.example Keyturn/);
    const all = await rows();
    expect(all[0]).toMatchObject({ who: 'Anna Visser', action: 'secret.create', on: formula });
    expect(all[0]!.detail).toMatch(/^begins with ..., ends Mon 1 March 2027, 24:00 UTC$/);
    const [{ events }] = await service.dataSource.query<[{ events: number }]>(
      `select count(*)::int as events from audit_events where application_id = $1`,
      [own],
    );
    expect(all).toHaveLength(events);
    expect(JSON.stringify(all)).not.toContain('LaneTrust');
  });

  test('names the program that did it', async () => {
    const programs = new Programs(service);
    const program: Program = await programs.member('Partner-NL-Matchpunt-SMC', ['secrets.manage']);
    const path = `applications/${own}/secrets`;
    expect((await programs.call(program.token, 'POST', path, { name: 'CI' })).status).toBe(201);
    expect((await rows('?kind=secrets'))[0]!.who).toMatch(
      /^the program Partner-NL-Matchpunt-SMC, secret “Machine/,
    );
  });

  test('does not show what is between org admins and IT, nor facts that are not listed', async () => {
    await service.dataSource.query(
      `insert into audit_events (at, actor_name, action, subject_kind, subject_name, application_id, outcome, detail)
       values ($2, 'Olga', 'role_request.file', 'role_request', 'x@y.z', $1, 'done', '{}'),
         ($2, 'Ines', 'role.give', 'user', 'x@y.z', $1, 'done',
           '{"role": "credential_manager", "confirmedBy": "The board of directors"}')`,
      [own, service.clock.now()],
    );
    const text = JSON.stringify(await rows());
    expect(text).not.toContain('role_request');
    expect(text).not.toContain('board of directors');
    await anna.get(page());
    expect(anna.words).not.toContain('board of directors');
  });

  test.each([
    ['?kind=secrets', (row: Row) => row.action.startsWith('secret.')],
    ['?kind=people', (row: Row) => row.action.startsWith('role.')],
    ['?kind=application', (row: Row) => /^(application|grant)\./.test(row.action)],
    ['?person=ANNA', (row: Row) => /anna/i.test(row.who + row.on)],
    ['?from=2026-11-20', (row: Row) => row.at >= '2026-11-20'],
    ['?to=2026-11-20', (row: Row) => row.at < '2026-11-21'],
    ['?kind=secrets&person=anna&from=2026-12-01', (row: Row) => row.at >= '2026-12-01'],
  ])('can be asked for %s', async (query, fits) => {
    const all = await rows();
    const some = await rows(query);
    expect(some.length).toBeGreaterThan(0);
    expect(some.length).toBeLessThan(all.length);
    expect(some.filter((row) => !fits(row))).toEqual([]);
  });

  test.each([
    ['?person=%25', 'Nothing found'],
    ['?person=%00a%00', 'Show all'],
    ['?kind=nonsense', 'Everything done'],
    ['?from=2026-02-30', 'not a day of the calendar'],
    ['?to=9999-12-31', 'Secret created'],
    ['?older=nonsense', 'Secret created'],
    ['?older=1', 'Nothing found'],
    ['?person=a&person=b', 'Secret created'],
  ])('takes %s', async (query, text) => {
    await anna.get(page(query));
    expect(anna.page.status).toBe(200);
    expect(anna.words).toContain(text);
  });
});

test('refused calls come with their true reason, and those of other applications do not', async () => {
  const [secret] = await service.dataSource.query<{ id: string }[]>(
    `select id from secrets where name = 'Migration test'`,
  );
  await refuse(own, '192.0.2.1');
  await refuse(own, '192.0.2.2', secret!.id);
  await refuse(foreign, '198.51.100.9');
  await anna.get(page('?kind=refused'));
  expect(anna.words).toContain('The secret is switched off Migration test 192.0.2.2');
  expect(anna.words).not.toContain('198.51.100.9');
  expect((await rows('?kind=refused')).map(({ reason, from }) => [reason, from])).toEqual([
    ['off', '192.0.2.2'],
    ['wrong_secret', '192.0.2.1'],
  ]);
});

test('is read page by page, and the export has all of it', async () => {
  await service.dataSource.query(
    `insert into refused_calls (at, application_id, reason, address)
     select $2, $1, 'expired', 'n' || n from generate_series(1, 1100) n`,
    [own, service.clock.now()],
  );
  await anna.get(page('?kind=refused'));
  const seen: string[] = [];
  for (;;) {
    seen.push(...[...anna.page.text.matchAll(/<code>(n\d+)<\/code>/g)].map(([, n]) => n!));
    const next = /rel="next" href="([^"]*)"/.exec(anna.page.text)?.[1];
    if (!next || seen.length > 200) break;
    await anna.get(next.replaceAll('&amp;', '&'));
  }
  expect(seen.slice(0, 151)).toEqual(Array.from({ length: 151 }, (_, n) => `n${1100 - n}`));
  expect(anna.page.text).toContain('rel="prev"');
  const all = await rows('?kind=refused&older=5');
  expect(all).toHaveLength(1102);
  expect(new Set(all.map(({ from }) => from)).size).toBe(1102);
});

test('as CSV no cell is a formula', async () => {
  await anna.get(page('/export.csv?kind=secrets'));
  expect(anna.page.headers.get('content-type')).toBe('text/csv; charset=utf-8; header=present');
  expect(anna.page.headers.get('content-disposition')).toMatch(
    /^attachment; filename="activity-Partner-NL-Matchpunt-SMC-2026-12-01\.csv"$/,
  );
  expect(anna.page.headers.get('cache-control')).toBe('no-store');
  expect(anna.page.text).toContain(`"'=HYPERLINK(""http://evil.example"",""x"")"`);
  expect(anna.page.text.split('\r\n')[0]).toBe('at,who,action,what,on,detail,outcome');
  await anna.get(page('/export.xml'));
  expect(anna.page.status).toBe(404);
});

test('org admins and IT see it, nobody else does, and an ended role ends it', async () => {
  for (const path of [page(), page('/export.csv'), page('/export.json?kind=refused')]) {
    await grace.get(path);
    expect({ path, status: grace.page.status }).toEqual({ path, status: 404 });
  }
  const [user] = await service.dataSource.query<{ id: string }[]>(
    `select id from users where email = 'grace@lanetrust.example'`,
  );
  const asked = {
    viewer: { id: user!.id } as Viewer,
    now: service.clock.now(),
    applicationId: own,
  };
  const filter = { actions: actionsOfKind('all'), person: '' };
  expect(await findDone(service.dataSource, asked, filter, 10)).toEqual([]);
  expect(await findRefused(service.dataSource, asked, filter, 10)).toEqual([]);
  for (const email of ['olga@matchpunt.example', 'ines@keyturn.example']) {
    const visitor = await service.signedIn(email);
    await visitor.get(page());
    expect(visitor.words).toContain('Secret created');
  }
  await service.dataSource.query(
    `update role_assignments set ends_at = $2 where application_id = $1`,
    [own, service.clock.now()],
  );
  await anna.get(page());
  expect(anna.page.status).toBe(404);
});
