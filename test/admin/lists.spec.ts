import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { RefusedSignIns } from '../../src/authentication/refused-sign-ins.service.js';
import { ReminderRun } from '../../src/reminders/reminder.entity.js';
import { User } from '../../src/users/user.entity.js';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import { idOf, it } from './cast.js';

let service: TestApp;
let browser: Visitor;
beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
});
afterAll(() => service.close());

/** The first cell of each row of the table on the page. */
function lines(): string[] {
  const body = /<tbody>([\s\S]*)<\/tbody>/.exec(browser.page.text)?.[1] ?? '';
  return [...body.matchAll(/<th scope="row"><a[^>]*>([^<]*)<\/a>/g)].map(([, text]) => text!);
}

function href(rel: 'next' | 'prev'): string | undefined {
  const link = new RegExp(`<a[^>]*rel="${rel}"[^>]*href="([^"]*)"`).exec(browser.page.text)?.[1];
  return link?.replaceAll('&amp;', '&');
}

describe('search', () => {
  test.each([
    ['organisations', 'matchp', 'Stichting Matchpunt'],
    ['organisations', 'lanetrust-sm', 'The Lane Trust Registry'],
    ['organisations', '0381', 'Stichting Matchpunt'],
    ['organisations', 'de', 'Spenderregister Donautal'],
    ['users', 'ANNA@', 'Anna Visser'],
    ['users', 'ibérico', 'Lucía Moreno'],
  ])('in %s for %j finds %j', async (list, q, found) => {
    await browser.get(`/admin/${list}?${new URLSearchParams({ q })}`);
    expect(browser.words).toContain(found);
  });

  test.each([
    [{ what: 'Role given' }, 'Role given', 'Sign-in Done'],
    [{ what: 'role.give' }, 'Role given', 'Role withdrawn Done'],
    [{ what: 'session.sign_in' }, 'Sign-in', 'Role given Done'],
    [{ who: 'inês' }, 'Sign-in', 'Role given Done'],
    [{ on: 'anna@' }, 'Role given', 'Organisation created Done'],
    [{ on: 'partner-nl-matchpunt-smc' }, 'Secret created', 'Organisation created Done'],
    [{ from: '2026-12-01' }, 'Sign-in', 'Organisation created Done'],
    [
      { to: '2026-11-01', what: 'organisation.create' },
      'Organisation created Done',
      'Sign-in Done',
    ],
    [{ who: 'inês', on: 'Donautal' }, 'No event fits all of this', 'Done'],
  ])('in the audit for %j finds %j, not %j', async (query, found, other) => {
    await browser.get(`/admin/audit?${new URLSearchParams(query)}`);
    expect(browser.words).toContain(found);
    expect(browser.words).not.toContain(other);
  });

  test('in the audit finds what was done with a client ID', async () => {
    const { clientId } = service.world.applications.find(({ name }) =>
      name.includes('Matchpunt-SMC'),
    )!;
    await browser.get(`/admin/audit?on=${clientId.toUpperCase()}`);
    expect(browser.words).toContain('Application created');
    expect(browser.words).not.toContain('Donautal');
  });

  test('in the audit takes what was typed as it is', async () => {
    for (const text of [
      '%',
      'a_a',
      '\\',
      "'; drop table users; --",
      '\u0000',
      '<b>',
      '9'.repeat(5000),
    ]) {
      for (const field of ['who', 'what', 'on', 'from', 'to']) {
        const page = await browser.get(`/admin/audit?${new URLSearchParams({ [field]: text })}`);
        expect([field, page.status]).toEqual([field, 200]);
        expect(page.text).not.toContain('<b>');
      }
    }
    await browser.get('/admin/audit?from=2026-02-30');
    expect(browser.words).toContain('This is not a day of the calendar.');
  });

  test('finds an organisation by a client ID', async () => {
    const { clientId } = service.world.applications.find(({ name }) => name.includes('Donautal'))!;
    await browser.get(`/admin/organisations?q=${clientId.toUpperCase()}`);
    expect(lines()).toEqual(['Spenderregister Donautal']);
  });

  test.each(['organisations', 'users'])('in %s takes what was typed as it is', async (list) => {
    for (const q of [
      '%',
      'a_a',
      '\\',
      "'; drop table users; --",
      '\u0000',
      '<b>',
      'x'.repeat(5000),
    ]) {
      const page = await browser.get(`/admin/${list}?${new URLSearchParams({ q })}`);
      expect(page.status).toBe(200);
      expect(page.text).not.toContain('<b>');
      if (q !== '\u0000') expect(browser.words).toContain('Nothing found');
    }
    expect((await browser.get(`/admin/${list}?q=a&q=b`)).status).toBe(200);
  });
});

describe('pages of a list', () => {
  const made = Array.from({ length: 120 }, (_, at) => `Person ${String(at).padStart(3, '0')}`);

  beforeAll(async () => {
    await service.dataSource.getRepository(User).insert(
      made.map((name, at) => ({
        id: randomUUID(),
        organisationId: null,
        // Three of each name: the id decides.
        name: name.slice(0, -1),
        email: `person${at}@many.example`,
        passwordHash: null,
        createdAt: service.clock.now(),
      })),
    );
  });

  test('show everybody once, forward and back', async () => {
    const emails = () => browser.page.text.match(/person\d+@many\.example/g) ?? [];
    const forward: string[][] = [];
    await browser.get('/admin/users?q=many.example');
    expect(href('prev')).toBeUndefined();
    for (;;) {
      forward.push(emails());
      const next = href('next');
      if (!next) break;
      expect(next).toContain('q=many.example');
      await browser.get(`/admin/users${next}`);
    }
    expect(forward.map((page) => page.length)).toEqual([50, 50, 20]);
    expect(new Set(forward.flat()).size).toBe(120);
    const back: string[][] = [];
    for (let previous = href('prev'); previous; previous = href('prev')) {
      await browser.get(`/admin/users${previous}`);
      back.unshift(emails());
    }
    expect(back).toEqual(forward.slice(0, 2));
  });

  test.each(['organisations', 'users', 'audit', 'reminders'])(
    'of %s take no cursor that was not made here',
    async (list) => {
      const wrong = ['x', '', btoa('[1]'), btoa('["a\\u0000","b"]'), btoa('["a"]'), btoa('{}')];
      const more = [btoa('["99999999999999999999"]'), btoa('["a","x"]'), btoa('["\\ud800","y"]')];
      for (const cursor of [...wrong, ...more]) {
        for (const name of ['after', 'before']) {
          const page = await browser.get(
            `/admin/${list}?${new URLSearchParams({ [name]: cursor })}`,
          );
          expect(page.status).toBe(200);
        }
      }
    },
  );

  test('of the audit are newest first and lead back in time', async () => {
    await service.dataSource.query(
      `insert into audit_events (at, actor_name, action, subject_kind, subject_name, outcome)
       select $1, 'Somebody', 'import.row_done', 'row', 'Row ' || n, 'done'
       from generate_series(1, 45) n`,
      [service.clock.now()],
    );
    await browser.get('/admin/audit');
    const first = browser.words;
    expect(first).toMatch(/Import row done Done Row 45 .* Row 1 Row .* Sign-in/);
    expect(first.indexOf('Sign-in')).toBeLessThan(first.indexOf('Secret created'));
    await browser.get(`/admin/audit${href('next')}`);
    expect(browser.words).toContain('Organisation created');
    expect(href('prev')).toBeDefined();
    await browser.get('/admin/audit?who=e');
    expect(href('next')).toContain('who=e');
  });
});

describe('the audit (P3)', () => {
  test('speaks in words', async () => {
    await browser.get('/admin/audit?on=anna@matchpunt.example');
    expect(browser.words).toMatch(
      /Role given .*anna@matchpunt.example User, .* Role: credential manager Application: Partner-NL-Matchpunt-SMC Confirmed by: Board secretary of Matchpunt Confirmed on: /,
    );
    await browser.get('/admin/audit?on=Laboratory');
    expect(browser.words).toMatch(
      /Secret created .*Laboratory link Secret, Partner-NL-Matchpunt-SMC/,
    );
    expect(browser.words).toMatch(/Hint: \w{3}… Ends: /);
    expect(browser.page.text).not.toContain('{&quot;');
  });

  test('says what was refused, and from where', async () => {
    const stranger = service.visitor();
    await stranger.get('/sign-in');
    await stranger.submit({ email: 'olga@matchpunt.example', password: 'wrong' });
    // Written behind the answer.
    await service.app.get(RefusedSignIns).flush();
    await browser.get('/admin/audit');
    expect(browser.words).toMatch(/Someone not signed in from 127\.0\.0\.1 Sign-in Refused/);
  });
});

describe('the audit as a file (P3, H8)', () => {
  const names = ['=1+1', '+31', '@SUM(A1)', '\t=cmd', 'a "quoted", name', 'two\nlines'];

  beforeAll(async () => {
    await service.dataSource.query(
      `insert into audit_events (at, actor_name, action, subject_kind, subject_name, outcome)
       select $1, 'Exporter', 'import.row', 'row', name, 'done' from unnest($2::text[]) name`,
      [service.clock.now(), [...names, ...Array.from({ length: 1500 }, (_, n) => `Row ${n}`)]],
    );
  });

  test('is CSV whose cells are all texts', async () => {
    const file = await browser.get('/admin/audit/export.csv?who=Exporter');
    expect(file.headers.get('content-type')).toMatch(/^text\/csv/);
    expect(file.headers.get('content-disposition')).toMatch(/^attachment; filename="audit-2026-/);
    expect(file.headers.get('cache-control')).toBe('no-store');
    const [head, ...lines] = file.text.split('\r\n');
    expect(head).toBe(
      'id,at,actor_id,actor,action,subject_kind,subject_id,subject,application_id,application,' +
        'organisation_id,organisation,outcome,detail,address',
    );
    expect(lines).toHaveLength(1507);
    for (const cell of [
      `,'=1+1,`,
      `,'+31,`,
      `,'@SUM(A1),`,
      `,'\t=cmd,`,
      `,"a ""quoted"", name",`,
    ]) {
      expect(file.text).toContain(cell);
    }
  });

  test('is JSON with the same events in the same order', async () => {
    const file = await browser.get('/admin/audit/export.json?who=Exporter');
    const events = JSON.parse(file.text) as { subject: string; detail: object }[];
    expect(events.slice(0, 6).map(({ subject }) => subject)).toEqual(names);
    expect(events).toHaveLength(1506);
    expect(events[0]).toMatchObject({ actor: 'Exporter', action: 'import.row', detail: {} });
    expect(JSON.parse((await browser.get('/admin/audit/export.json?who=nobody')).text)).toEqual([]);
    expect((await browser.get('/admin/audit/export.xml')).status).toBe(404);
  });
});

test('the runs of the reminders show what they did (M12)', async () => {
  await browser.get('/admin/reminders');
  expect(browser.words).toContain('No run yet');
  const run = {
    asOf: new Date('2026-12-01T07:00:00Z'),
    day: '2026-12-01',
    startedAt: new Date('2026-12-01T07:00:01Z'),
    finishedAt: new Date('2026-12-01T07:00:03.5Z'),
  };
  const counts = { due: 4, sent: 3, failed: 1, skipped: 7, noRecipient: 2 };
  await service.dataSource.getRepository(ReminderRun).insert([
    { ...run, ...counts, id: randomUUID(), error: null },
    { ...run, id: randomUUID(), finishedAt: null, error: 'The <mail server> was gone' },
  ]);
  await browser.get('/admin/reminders');
  expect(browser.words).toMatch(/Tue 1 December 2026 as of 07:00 UTC/);
  expect(browser.words).toMatch(/With failures 4 3 1 7 2 2\.5 s/);
  expect(browser.words).toMatch(/Broke off The <mail server> was gone/);
});

test('a run leads to its reminders, and each of them to its secret and mail', async () => {
  await service.app.get(Reminders).run({ force: true });
  await browser.get('/admin/reminders');
  const [run] = await service.dataSource.query<{ id: string; due: number }[]>(
    `select id, due from reminder_runs where started_at = $1`,
    [service.clock.now()],
  );
  expect(run!.due).toBeGreaterThan(3);
  expect(browser.page.text).toContain(`href="/admin/reminders/${run!.id}"`);
  await browser.get(`/admin/reminders/${run!.id}`);
  expect(browser.words).toContain(`Due ${run!.due} one for each secret and person to be mailed`);
  const mails = [...browser.page.text.matchAll(/href="([^"]+\/mails\/[^"]+)"/g)].map(
    ([, href]) => href!,
  );
  expect(mails).toHaveLength(run!.due);
  expect(browser.page.text).not.toContain('Nothing was due');
  expect((await browser.get(mails[0]!)).status).toBe(200);
  expect((await browser.get(mails[0]!.replace(/\/mails.*/, ''))).status).toBe(200);
  service.clock.advance(60_000);
  await service.app.get(Reminders).run({ force: true });
  const [later] = await service.dataSource.query<{ id: string }[]>(
    `select id from reminder_runs where started_at = $1`,
    [service.clock.now()],
  );
  await browser.get(`/admin/reminders/${later!.id}`);
  expect(browser.words).toContain('Nothing was due');
});

describe('what does not exist', () => {
  const ids = ['x', '1', '00000000-0000-4000-8000-000000000000', '%00', "'", '..%2f..'];

  test.each(ids)('is not found: %s', async (id) => {
    for (const path of [
      `/admin/organisations/${id}`,
      `/admin/organisations/${id}/applications/new`,
      `/admin/applications/${id}`,
      `/admin/applications/${id}/disable`,
      `/admin/applications/${id}/grants/${id}/withdraw`,
      `/admin/users/${id}`,
      `/admin/users/${id}/close`,
      `/admin/roles/${id}/withdraw`,
      `/admin/reminders/${id}`,
    ]) {
      expect([path, (await browser.get(path)).status]).toEqual([path, 404]);
    }
  });

  test('an id is found in capitals as well', async () => {
    const id = await idOf(service, 'organisations', 'slug', 'Matchpunt');
    expect((await browser.get(`/admin/organisations/${id.toUpperCase()}`)).status).toBe(200);
  });
});
