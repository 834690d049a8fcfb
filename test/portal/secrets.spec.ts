import { afterAll, beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { totp } from '../support/totp.js';
import type { Visitor } from '../support/visitor.js';

const anna = 'anna@matchpunt.example';
const olga = 'olga@matchpunt.example';
const form = /[0-9A-Za-z]{3}_kt1_[0-9A-Za-z]{43}/;
const minute = 60_000;

let service: TestApp;
let browser: Visitor;
let application: string;

beforeAll(async () => {
  service = await startTestApp();
  application = await idOf('Partner-NL-Matchpunt-DM');
});
afterAll(() => service.close());
beforeEach(async () => {
  browser = await service.signedIn(anna);
});

async function idOf(name: string): Promise<string> {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    'select id from applications where name = $1',
    [name],
  );
  return row!.id;
}

const home = () => `/manage-api-credentials/${application}`;

async function create(fields: Record<string, string> = {}): Promise<string> {
  await browser.get(`${home()}/secrets/new`);
  await browser.submit(fields);
  return form.exec(browser.page.text)?.[0] ?? '';
}

async function secretCalled(name: string): Promise<string> {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    'select id from secrets where name = $1 and application_id = $2 and deleted_at is null',
    [name, application],
  );
  return row!.id;
}

async function counts(): Promise<unknown> {
  const [row] = await service.dataSource.query<unknown[]>(
    `select (select count(*) from secrets) as secrets, (select count(*) from audit_events
       where action like 'secret.%') as events`,
  );
  return row;
}

async function lastEvent(): Promise<unknown> {
  const [row] = await service.dataSource.query<unknown[]>(
    `select actor_name, action, subject_name, outcome from audit_events order by id desc limit 1`,
  );
  return row;
}

describe('creating a secret (S2–S8)', () => {
  test('begins with a name, and a last day of one year', async () => {
    await browser.get(`${home()}/secrets/new`);
    expect(browser.form().fields).toMatchObject({
      name: 'Secret by Anna Visser',
      lastDay: '2027-12-01',
    });
    expect(browser.page.text).toContain('max="2027-12-01"');
    expect(browser.page.text).toContain('min="2026-12-02"');
    // A full year ends at the minute of its creation, not with its last day (S3).
    expect(browser.words).toContain('in 365 days, until about 09:00 UTC.');
    // The run looks every few minutes until midnight, so it is noticed on that very day.
    expect(browser.words).toMatch(/daily from .* to .*; after the end on Wed 1 December 2027\./);
  });

  test('shows the value in this one answer and never again', async () => {
    const value = await create({ name: 'Shown once' });
    expect(browser.page.status).toBe(201);
    expect(browser.page.headers.get('cache-control')).toBe('no-store');
    expect(value).toMatch(form);
    // The line that tries it reads the secret; the value stands in the page once.
    expect(browser.words).toMatch(
      /read -rs CLIENT_SECRET && curl -sS -u "[0-9a-f-]{36}:\$CLIENT_SECRET"/,
    );
    expect(browser.page.text.split(value)).toHaveLength(2);
    // Another language is another page, without the value.
    expect(browser.page.text).not.toContain('action="/language"');
    for (const path of [
      home(),
      `${home()}/secrets/${await secretCalled('Shown once')}`,
      '/manage-api-credentials',
    ]) {
      await browser.get(path);
      expect(browser.page.text).toContain('Shown once');
      expect(browser.page.text).toContain(value.slice(0, 3));
      expect(browser.page.text).not.toContain(value.slice(8));
    }
    expect(await lastEvent()).toMatchObject({
      actor_name: 'Anna Visser',
      action: 'secret.create',
      subject_name: 'Shown once',
      outcome: 'done',
    });
  });

  test('leaves no trace of the value in the database', async () => {
    const value = await create({ name: 'Without a trace' });
    const tables = await service.dataSource.query<{ name: string }[]>(
      `select table_name as name from information_schema.tables where table_schema = 'public'`,
    );
    for (const { name } of tables) {
      const rows = await service.dataSource.query<{ row: string }[]>(
        `select t::text as row from ${name} t`,
      );
      const text = rows.map(({ row }) => row).join('\n');
      expect(text).not.toContain(value);
      expect(text).not.toContain(value.slice(8));
      expect(text).not.toContain(Buffer.from(value).toString('base64').slice(0, 40));
      expect(text).not.toContain(Buffer.from(value).toString('hex').slice(0, 40));
    }
  });

  test.each([
    ['no name', { name: '' }, 'Type a name.'],
    ['a blank name', { name: ' \u00a0 ' }, 'Type a name.'],
    ['101 characters', { name: 'x'.repeat(101) }, '100 characters at most'],
    ['two lines', { name: 'a\r\nBcc: x@y.z' }, 'one line'],
    ['a null', { name: 'a\u0000b' }, 'one line'],
    ['a reversed name', { name: 'a\u202eb' }, 'direction of text'],
    ['a zero-width name', { name: 'a\u200bb' }, 'invisible'],
    ['a name in use', { name: 'donor UPLOAD' }, 'Another secret of this application has this name'],
    ['a name that differs in spaces alone', { name: 'Donor \u00a0 upload' }, 'has this name'],
    ['no day', { lastDay: '' }, 'Choose a last day.'],
    ['30 February', { lastDay: '2027-02-30' }, 'not a day of the calendar'],
    ['a day in words', { lastDay: 'tomorrow' }, 'not a day of the calendar'],
    ['a past day', { lastDay: '2026-11-30' }, 'at the earliest'],
    ['today', { lastDay: '2026-12-01' }, 'at the earliest'],
    ['a day over the year', { lastDay: '2027-12-02' }, 'at the latest'],
    ['a far year', { lastDay: '9999-12-31' }, 'at the latest'],
  ])('with %s is refused at the field and changes nothing', async (_, fields, sentence) => {
    const before = await counts();
    await create({ name: 'Typed name', lastDay: '2027-03-01', ...fields });
    expect(browser.page.status).toBe(422);
    expect(browser.words).toContain(sentence);
    expect(browser.page.text).toContain('aria-invalid="true"');
    const kept = browser.form().fields;
    const expected = { name: 'Typed name', lastDay: '2027-03-01', ...fields };
    expect(kept.lastDay).toBe(expected.lastDay);
    // HTML itself cannot carry a null.
    if (!expected.name.includes('\u0000')) {
      expect(kept.name!.replace(/\r\n/g, '')).toBe(expected.name.replace(/\r\n/g, ''));
    }
    expect(await counts()).toEqual(before);
  });

  test('takes HTML as plain text', async () => {
    await create({ name: '<img src=x onerror=alert(1)>' });
    expect(browser.page.status).toBe(201);
    expect(browser.page.text).not.toContain('<img src=x');
    await browser.get(home());
    expect(browser.page.text).not.toContain('<img src=x');
    expect(browser.words).toContain('<img src=x onerror=alert(1)>');
  });

  test('sent twice makes one secret and says what happened', async () => {
    await browser.get(`${home()}/secrets/new`);
    const { action, fields } = browser.form();
    await browser.post(action, { ...fields, name: 'Pressed twice' });
    expect(browser.page.status).toBe(201);
    await browser.post(action, { ...fields, name: 'Pressed twice' });
    expect(browser.page.status).toBe(422);
    expect(browser.words).toContain('You created a secret of this name a moment ago');
  });

  test('stops at the limit, also when everybody creates at once, and says why', async () => {
    application = await idOf('PartnerAlternative-NL-Matchpunt-SMC');
    await browser.get(`${home()}/secrets/new`);
    const { action, fields } = browser.form();
    const lock = service.dataSource.createQueryRunner();
    await lock.startTransaction();
    await lock.query('select 1 from applications where id = $1 for update', [application]);
    const tries = Array.from({ length: 20 }, (_, n) =>
      browser.send(
        'POST',
        action,
        new URLSearchParams({ ...fields, name: `Race ${n}` }).toString(),
      ),
    );
    await waitingFor(lock, 3);
    await lock.commitTransaction();
    await lock.release();
    const statuses = (await Promise.all(tries)).map(({ status }) => status);
    // One secret was there before.
    expect(statuses.filter((status) => status === 201)).toHaveLength(9);
    expect(statuses.filter((status) => status === 409)).toHaveLength(11);
    await browser.get(home());
    expect(browser.words).toContain('up to 10 secrets at a time');
    await browser.get(`${home()}/secrets/new`);
    expect(browser.page.path).toBe(home());
    application = await idOf('Partner-NL-Matchpunt-DM');
  });

  test('on 29 February ends on 28 February of the next year at the latest', async () => {
    const leap = await startTestApp({}, '2028-02-29T09:00:00Z');
    const page = await leap.signedIn(anna);
    const [row] = await leap.dataSource.query<{ id: string }[]>(
      `select id from applications where name = 'Partner-NL-Matchpunt-DM'`,
    );
    await page.get(`/manage-api-credentials/${row!.id}/secrets/new`);
    expect(page.page.text).toContain('max="2029-02-28"');
    await page.submit({ lastDay: '2029-03-01' });
    expect(page.page.status).toBe(422);
    await page.submit({ lastDay: '2029-02-28' });
    expect(page.page.status).toBe(201);
    await leap.close();
  });
});

test('How to connect asks for a token of what the application is for, and not of our own API', async () => {
  const [row] = await service.dataSource.query<{ id: string }[]>(
    `select a.id from applications a join grants g on g.application_id = a.id
     join resources r on r.id = g.resource_id and r.any_api
     where a.name = 'Partner-NL-Matchpunt-SMC'`,
  );
  await browser.get(`/manage-api-credentials/${row!.id}`);
  expect(browser.page.text).toContain('-d resource=https://');
  expect(browser.page.text).not.toMatch(/-d resource=\S*\/api\/v1/);
});

describe('the step-up (R9)', () => {
  test('asks for a code after a quarter of an hour, and keeps what was typed', async () => {
    await browser.get(`${home()}/secrets/new`);
    service.clock.advance(16 * minute);
    const before = await counts();
    await browser.submit({ name: 'Typed before the code', lastDay: '2027-05-05' });
    expect(browser.page.status).toBe(403);
    expect(await counts()).toEqual(before);
    await browser.submit({ stepUpCode: '123456' });
    expect(browser.page.status).toBe(403);
    expect(browser.words).toContain('This code is not right');
    await browser.submit({ stepUpCode: totp(service.account(anna).totpKey, service.clock.now()) });
    expect(browser.page.status).toBe(201);
    expect(browser.words).toContain('Typed before the code');
  });

  test('says what is about to happen, and *Cancel* leads back to the form, also after a wrong code', async () => {
    const form = `${home()}/secrets/new`;
    await browser.get(form);
    service.clock.advance(16 * minute);
    const { action, fields } = browser.form();
    await browser.post(action, fields, { referer: `${service.url}${form}` });
    expect(browser.words).toContain('A code from your app is needed to create the secret.');
    expect(browser.page.text).toContain(`<a href="${form}">Cancel`);
    await browser.submit({ stepUpCode: '123456' });
    expect(browser.page.text).toContain(`<a href="${form}">Cancel`);
  });

  test.each(['https://elsewhere.example/trap', '//elsewhere.example', 'nonsense'])(
    '*Cancel* never leads to %s',
    async (referer) => {
      await browser.get(`${home()}/secrets/new`);
      service.clock.advance(16 * minute);
      const { action, fields } = browser.form();
      await browser.post(action, fields, { referer });
      expect(browser.page.text).toContain('<a href="/manage-api-credentials">Cancel');
      await browser.submit({ stepUpCode: '123456', returnTo: referer });
      expect(browser.page.text).toContain('<a href="/manage-api-credentials">Cancel');
    },
  );

  test('does not take the code of the sign-in again', async () => {
    const used = totp(service.account(anna).totpKey, service.clock.now());
    await service.dataSource.query(`update sessions set factor_at = $1`, [
      new Date(service.clock.now().getTime() - 16 * minute),
    ]);
    await browser.get(`${home()}/secrets/new`);
    await browser.submit({ name: 'With the same code' });
    await browser.submit({ stepUpCode: used });
    expect(browser.page.status).toBe(403);
    expect(browser.words).toContain('used already');
  });
});

describe('switching off, on, deleting (S9–S11)', () => {
  test('walks through the confirm pages', async () => {
    await create({ name: 'Comes and goes', lastDay: '2027-10-01' });
    const id = await secretCalled('Comes and goes');
    const secret = `${home()}/secrets/${id}`;

    await browser.get(`${secret}/switch-off`);
    await browser.submit({});
    expect(browser.page.path).toBe(`${home()}?done=${id}#secrets`);
    expect(browser.words).toContain('“Comes and goes” is switched off');
    expect(await lastEvent()).toMatchObject({ action: 'secret.switch_off' });

    await browser.get(`${secret}/switch-on`);
    await browser.submit({});
    expect(browser.words).toContain('“Comes and goes” is switched on');
    expect(await lastEvent()).toMatchObject({ action: 'secret.switch_on' });

    await browser.get(`${secret}/delete`);
    expect(browser.words).toContain('Last used never');
    const { action, fields } = browser.form();
    await browser.submit({});
    expect(browser.words).toContain('“Comes and goes” is deleted');
    expect(browser.page.text).not.toContain(`id="delete-${id}"`);
    expect(await lastEvent()).toMatchObject({ action: 'secret.delete' });

    // A second tab still has the form: nothing happens, and the page says so.
    const before = await counts();
    await browser.post(action, fields);
    expect(browser.page.status).toBe(409);
    expect(browser.words).toContain(
      'Nothing was changed: this secret was deleted on Tue 1 December 2026,',
    );
    expect(browser.words).toMatch(/deleted on .* by Anna Visser\..*Go to Partner-NL-Matchpunt-DM/);
    await browser.get(`${secret}/delete`);
    expect(browser.page.path).toBe(secret);
    expect(browser.words).toMatch(/Deleted Tue 1 December 2026, .*, by Anna Visser/);
    // Nothing is left of it, whenever it would have ended.
    expect(browser.words).toMatch(/Would have ended \w+ \d+ \w+ \d{4},/);
    expect(browser.words).not.toMatch(/days left|in \d+ days/);
    expect(await counts()).toEqual(before);

    // The name is free again, and the tombstone can still be read.
    expect(await create({ name: 'Comes and goes' })).toMatch(form);
    await browser.get(secret);
    expect(browser.words).toContain('Deleted');
  });

  test('what was done is said to those who did it, for two minutes, while it is true', async () => {
    await create({ name: 'Said once', lastDay: '2027-10-01' });
    const id = await secretCalled('Said once');
    const secret = `${home()}/secrets/${id}`;
    await browser.get(`${secret}/switch-off?back=secret`);
    await browser.submit({});
    expect(browser.page.path).toBe(`${secret}?done=${id}`);
    expect(browser.words).toContain('“Said once” is switched off');
    const olgas = await service.signedIn(olga);
    await olgas.get(`${home()}?done=${id}`);
    expect(olgas.words).not.toContain('“Said once” is switched off');
    await browser.get(`${secret}/switch-on`);
    await browser.submit({});
    await browser.get(`${home()}?done=${id}`);
    expect(browser.words).not.toContain('“Said once” is switched off');
    service.clock.advance(3 * minute);
    await browser.get(`${home()}?done=${id}`);
    expect(browser.words).not.toContain('“Said once” is switched on');
  });

  test('one that was used in the last week needs its name typed to be deleted', async () => {
    const id = await secretCalled('Donor upload');
    const secret = `${home()}/secrets/${id}`;
    await service.dataSource.query(
      `insert into secret_uses (secret_id, day, count)
       values ($1, '2026-11-30', 1200), ($1, '2026-11-29', 34), ($1, '2026-11-01', 5)
       on conflict (secret_id, day) do update set count = excluded.count`,
      [id],
    );
    await service.dataSource.query(
      `update secrets set disabled_at = now() where application_id = $1 and id <> $2`,
      [application, id],
    );
    await browser.get(`${secret}/delete`);
    expect(browser.words).toMatch(/It was used 2 days ago, 1,234 times in the last 7 days/);
    expect(browser.words).toContain('It is the last secret of this application that works');
    const before = await counts();
    for (const confirmName of ['', 'Donor']) {
      await browser.submit({ confirmName });
      expect(browser.page.status).toBe(422);
      expect(browser.words).toContain('Type “Donor upload” to delete it.');
    }
    expect(await counts()).toEqual(before);
    await browser.submit({ confirmName: 'donor upload' });
    expect(browser.words).toContain('“Donor upload” is deleted');
    expect(browser.words).toContain('None of its secrets works');
    await browser.get('/manage-api-credentials');
    expect(browser.words).toMatch(/secrets? needs? attention, 1 application cannot connect/);
  });

  test('an expired one can be deleted and not be switched on', async () => {
    const id = await secretCalled('Donor upload, last year');
    await browser.get(`${home()}/secrets/${id}/switch-on`);
    expect(browser.page.path).toBe(home());
    expect(browser.words).toContain('Expired');
    const token = /name="_csrf" value="([^"]+)"/.exec(browser.page.text)![1]!;
    await browser.post(`${home()}/secrets/${id}/switch-on`, { _csrf: token });
    expect(browser.page.status).toBe(409);
  });
});

describe('who may see and do what (R8, R14, S1)', () => {
  test('an org admin sees every application of the organisation and changes nothing', async () => {
    const admin = await service.signedIn(olga);
    expect(admin.words).toContain('Partner-NL-Matchpunt-SMC');
    expect(admin.words).toContain('Partner-NL-Matchpunt-DM');
    expect(admin.words).toContain('PartnerAlternative-NL-Matchpunt-SMC');
    expect(admin.words).not.toContain('LaneTrust');
    expect(admin.page.text).not.toContain('/secrets/new');
    await admin.get(home());
    expect(admin.page.text).not.toMatch(/switch-off|\/delete/);
    const token = /name="_csrf" value="([^"]+)"/.exec(admin.page.text)![1]!;
    const before = await counts();
    const id = await secretCalled('Donor upload, last year');
    for (const path of ['', `/${id}/switch-off`, `/${id}/switch-on`, `/${id}/delete`]) {
      const sent = await admin.post(`${home()}/secrets${path}`, {
        _csrf: token,
        name: 'Not allowed',
        lastDay: '2027-03-01',
      });
      expect(sent.status).toBe(403);
    }
    expect(await counts()).toEqual(before);
  });

  test('what is foreign, absent or malformed is not found, whatever is tried', async () => {
    const foreign = await idOf('Partner-GB-LaneTrust-SMC');
    const [secret] = await service.dataSource.query<{ id: string }[]>(
      'select id from secrets where application_id = $1',
      [foreign],
    );
    await browser.get('/manage-api-credentials');
    expect(browser.words).not.toContain('LaneTrust');
    const token = /name="_csrf" value="([^"]+)"/.exec(browser.page.text)![1]!;
    const before = await counts();
    const none = '00000000-0000-4000-8000-000000000000';
    for (const id of [foreign, none, 'x', "'; drop table secrets; --"]) {
      const base = `/manage-api-credentials/${encodeURIComponent(id)}`;
      expect((await browser.get(base)).status).toBe(404);
      expect((await browser.get(`${base}/secrets/new`)).status).toBe(404);
      for (const secretId of [secret!.id, none, 'y']) {
        expect((await browser.get(`${base}/secrets/${secretId}`)).status).toBe(404);
        for (const kind of ['switch-off', 'switch-on', 'delete']) {
          const path = `${base}/secrets/${secretId}/${kind}`;
          expect((await browser.get(path)).status).toBe(404);
          expect((await browser.post(path, { _csrf: token })).status).toBe(404);
        }
      }
      const created = await browser.post(`${base}/secrets`, {
        _csrf: token,
        name: 'Foreign',
        lastDay: '2027-03-01',
      });
      expect(created.status).toBe(404);
    }
    // An own application with a foreign secret is no way in either.
    for (const kind of ['switch-off', 'switch-on', 'delete']) {
      const path = `${home()}/secrets/${secret!.id}/${kind}`;
      expect((await browser.post(path, { _csrf: token })).status).toBe(404);
    }
    expect(await counts()).toEqual(before);
  });

  test('who only looks is told who should act; who manages gets the next step', async () => {
    const smc = await idOf('Partner-NL-Matchpunt-SMC');
    const [secret] = await service.dataSource.query<{ id: string }[]>(
      `select id from secrets where name = 'Search gateway, old key'`,
    );
    const page = `/manage-api-credentials/${smc}/secrets/${secret!.id}`;
    const admin = await service.signedIn(olga);
    await admin.get(page);
    expect(admin.words).toContain(
      'Only 5 days left. Anna Visser and Bram Jansen should replace it.',
    );
    expect(admin.words).not.toContain('Create secret');
    await browser.get(page);
    expect(browser.words).toContain('Only 5 days left. Create a new one and switch over.');
    expect(browser.page.text).toContain(
      `class="button" href="/manage-api-credentials/${smc}/secrets/new"`,
    );
  });

  test('someone without a role learns where to ask', async () => {
    const lucia = await service.signedIn('lucia@rid.example');
    expect(lucia.page.status).toBe(200);
    expect(lucia.words).toContain('support@keyturn.example');
    expect(lucia.words).not.toContain('Partner-');
  });

  test('IT sees every application, to look at', async () => {
    const ines = await service.signedIn('ines@keyturn.example');
    expect(ines.words).toContain('Partner-NL-Matchpunt-SMC');
    expect(ines.words).toContain('Partner-GB-LaneTrust-SMC');
    expect(ines.page.text).not.toContain('/secrets/new');
    await ines.get(home());
    expect(ines.page.text).toContain(`href="/admin/applications/${application}"`);
  });
});
