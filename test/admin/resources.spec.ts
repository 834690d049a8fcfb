import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { ResourceSecrets } from '../../src/secrets/resource-secrets.service.js';
import { Refusals } from '../../src/secrets/refusals.service.js';
import { altered } from '../support/altered.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { askToken, type Credentials, introspect } from '../support/machine.js';
import type { Visitor } from '../support/visitor.js';
import { csrfOf, errorAt, it, lastEvents, manager, nowhere, resourceId, valueAt } from './cast.js';

const audience = 'https://match-connect.api.example.org';

let service: TestApp;
let browser: Visitor;
let id: string;
let page: string;
let client: Credentials;
let server: Credentials;

beforeAll(async () => {
  service = await startTestApp();
  browser = await service.signedIn(it);
  id = await resourceId(service, 'Match-Connect', 'production');
  page = `/admin/resources/${id}`;
  client = service.world.secrets.find(({ name }) => name === 'Search server')!;
});
afterAll(() => service.close());

async function create(fields: Record<string, string>) {
  await browser.get(`${page}/secrets/new`);
  return browser.submit(fields, `${page}/secrets`);
}

/** Asks and confirms what the link of this word leads to. */
async function follow(word: string) {
  await browser.get(page);
  const href = new RegExp(`href="([^"]+/${word})"`).exec(browser.page.text)![1]!;
  await browser.get(href);
  return browser.submit({}, href);
}

async function serverIsKnown(): Promise<boolean> {
  const { body } = await askToken(service.url, client, { resource: audience });
  const told = await introspect(service.url, server, body.access_token as string);
  return told.status === 200 && told.body.active === true;
}

describe('the list of resources', () => {
  test('says what each is for, and what its tokens are like', async () => {
    await browser.get('/admin/resources');
    expect(browser.words).toMatch(
      /Match-Connect Production .{1,80}https:\/\/match-connect\.api\.example\.org JWT, 60 min no secret/,
    );
    expect(browser.page.text).toContain(`href="${page}"`);
  });
});

describe('the tokens of a resource (T3)', () => {
  const save = async (fields: Record<string, string>) => {
    await browser.get(page);
    return browser.submit(fields, `${page}/tokens`);
  };
  const token = async () => (await askToken(service.url, client, { resource: audience })).body;

  test('live as long as IT says, in the form that IT says', async () => {
    expect((await token()).expires_in).toBe(3600);
    const saved = await save({ minutes: ' 5 ', format: 'opaque' });
    expect(saved.path).toBe(`${page}?done=tokens-set`);
    expect(valueAt(browser, 'minutes')).toBe('5');
    expect(await token()).toMatchObject({
      expires_in: 300,
      access_token: expect.stringMatching(/^kto1_/),
    });
    expect(await lastEvents(service)).toMatchObject([
      {
        action: 'resource.set_tokens',
        subject: 'Match-Connect (production)',
        detail: { minutes: '5', format: 'opaque' },
      },
    ]);
    await save({ minutes: '60', format: 'jwt' });
    expect((await token()).access_token).toMatch(/^ey/);
  });

  test.each([
    [{ minutes: '0', format: 'jwt' }, 'minutes', /from 1 to 60/],
    [{ minutes: '61', format: 'jwt' }, 'minutes', /from 1 to 60/],
    [{ minutes: '1.5', format: 'jwt' }, 'minutes', /from 1 to 60/],
    [{ minutes: '', format: 'jwt' }, 'minutes', /from 1 to 60/],
    [{ minutes: '5', format: 'paper' }, 'format', /Choose one/],
    [{ minutes: '5' }, 'format', /Choose one/],
  ])('refuses %j', async (fields, field, sentence) => {
    expect((await save(fields)).status).toBe(422);
    expect(errorAt(browser, field)).toMatch(sentence);
    expect((await token()).expires_in).toBe(3600);
  });
});

describe('the secrets of a resource server (T5)', () => {
  test('are shown once, with the client ID, and open introspection', async () => {
    const answer = await create({ name: 'Gateway', lastDay: '2027-06-01' });
    expect([answer.status, answer.headers.get('cache-control')]).toEqual([201, 'no-store']);
    const value = /id="secret-value">([^<]+)</.exec(answer.text)![1]!;
    expect(value).toMatch(/^[0-9A-Za-z]{3}_kt1_[0-9A-Za-z]{43}$/);
    expect(browser.words).toContain(id);
    server = { clientId: id, value };
    expect(await serverIsKnown()).toBe(true);
    expect(await lastEvents(service)).toMatchObject([
      {
        action: 'secret.create',
        subject: 'Gateway',
        detail: { resourceServer: 'Match-Connect (production)', hint: value.slice(0, 3) },
      },
    ]);
    for (const path of [page, '/admin/resources', '/admin/audit']) {
      await browser.get(path);
      expect(browser.page.status).toBe(200);
      expect(browser.page.text).not.toContain(value);
    }
    await browser.get(page);
    expect(browser.words).toMatch(
      /begins with .{3}… Gateway .* Active .*Tue 1 June 2027, 24:00 UTC/,
    );
    expect(browser.words).toContain(
      'Tue 1 June 2027, 24:00 UTC in 140 days Tue 20 April 2027 never',
    );
    expect(browser.words).toContain('No mail about these secrets yet.');
  });

  test.each([
    [{ name: 'gateway', lastDay: '2027-06-01' }, 'name', /has this name/],
    [{ name: '', lastDay: '2027-06-01' }, 'name', /./],
    [{ name: 'A\u202Eb', lastDay: '2027-06-01' }, 'name', /./],
    [{ name: 'Two', lastDay: '2026-12-01' }, 'lastDay', /at the earliest/],
    [{ name: 'Two', lastDay: '2027-12-02' }, 'lastDay', /one year at most/],
    [{ name: 'Two', lastDay: 'never' }, 'lastDay', /not a day/],
  ])('are refused as %j', async (fields, field, sentence) => {
    expect((await create(fields)).status).toBe(422);
    expect(errorAt(browser, field)).toMatch(sentence);
  });

  test('can be switched off, switched on and deleted, each at once', async () => {
    await follow('switch-off');
    expect(browser.page.path).toBe(`${page}?done=secret-off`);
    expect(browser.words).toContain('Switched off');
    expect(await serverIsKnown()).toBe(false);
    await follow('switch-on');
    expect(await serverIsKnown()).toBe(true);
    await follow('delete');
    expect(browser.words).toContain('No secret yet');
    expect(await serverIsKnown()).toBe(false);
    expect((await lastEvents(service, 3)).map(({ action }) => action)).toEqual([
      'secret.delete',
      'secret.switch_on',
      'secret.switch_off',
    ]);
    expect((await create({ name: 'Gateway', lastDay: '2026-12-20' })).status).toBe(201);
  });

  test('are not more than the limit', async () => {
    const [user] = await service.dataSource.query<{ id: string; name: string }[]>(
      `select id, name from users where email = $1`,
      [it],
    );
    const secrets = service.app.get(ResourceSecrets, { strict: false });
    const made = await Promise.allSettled(
      Array.from({ length: 14 }, (_, number) =>
        secrets.issue({ ...user!, address: null }, id, {
          name: `Key ${number}`,
          lastDay: '2026-12-20',
        }),
      ),
    );
    expect(made.filter(({ status }) => status === 'fulfilled')).toHaveLength(9);
    expect((await create({ name: 'One more', lastDay: '2026-12-20' })).status).toBe(409);
    expect(browser.words).toContain('up to 10 secrets');
  });

  test('warn IT on both pages before the last one ends, beside the mails', async () => {
    const warning = 'The last secret of its resource server ends in 19 days.';
    for (const path of [page, '/admin/resources']) {
      await browser.get(path);
      expect(browser.words).toContain(warning);
    }
  });
});

test('refused calls of a resource server are told to IT, with the true reason (T4)', async () => {
  await service.app.get(Refusals, { strict: false }).flush();
  await service.dataSource.query(`delete from refused_calls`);
  await browser.get(page);
  expect(browser.words).toContain('No call was refused in the last 30 days.');
  await introspect(service.url, { ...server, value: altered(server.value) }, 'x');
  await introspect(service.url, { clientId: client.clientId, value: server.value }, 'x');
  await service.app.get(Refusals, { strict: false }).flush();
  await browser.get(page);
  expect(browser.words).toContain('The secret does not belong to this client ID');
  const rows = await service.dataSource.query<object[]>(
    `select resource_id as resource, application_id is null as none, reason from refused_calls
     where resource_id is not null`,
  );
  expect(rows).toEqual([{ resource: id, none: true, reason: 'wrong_secret' }]);
  await browser.get(
    `/admin/resources/${await resourceId(service, 'Search & Match', 'production')}`,
  );
  expect(browser.words).toContain('No call was refused in the last 30 days.');
});

describe('what is not there', () => {
  test('answers 404', async () => {
    const { _csrf } = csrfOf(browser);
    for (const path of [
      `/admin/resources/${nowhere}`,
      '/admin/resources/x',
      `/admin/resources/${nowhere}/secrets/new`,
      `${page}/secrets/${nowhere}/delete`,
    ]) {
      expect((await browser.get(path)).status).toBe(404);
    }
    const other = await resourceId(service, 'Data Manager', 'sandbox');
    const [secret] = await service.dataSource.query<{ id: string }[]>(
      `select id from secrets where resource_id = $1 and deleted_at is null`,
      [id],
    );
    for (const path of [
      `/admin/resources/${nowhere}/tokens`,
      `/admin/resources/${other}/secrets/${secret!.id}/delete`,
      `${page}/secrets/${nowhere}/switch-off`,
    ]) {
      expect((await browser.post(path, { _csrf, minutes: '5', format: 'jwt' })).status).toBe(404);
    }
  });

  test('is also nothing for a credential manager', async () => {
    const anna = await service.signedIn(manager);
    for (const path of ['/admin/resources', page, `${page}/secrets/new`]) {
      expect((await anna.get(path)).status).toBe(404);
    }
    await anna.get('/manage-api-credentials');
    expect(anna.page.text).not.toContain('/admin/resources');
  });
});

describe('the reminders about the secrets of a resource server (M8, M11)', () => {
  test('stand on its page, with the next mail, and in the run that sent them', async () => {
    await service.dataSource.query(
      `update secrets set deleted_at = $2, deleted_by = created_by
       where resource_id = $1 and name like 'Key%'`,
      [id, service.clock.now()],
    );
    service.clock.set(new Date('2026-12-13T09:00:00Z'));
    await service.app.get(Reminders).run({ force: true });
    const ines = await service.signedIn(it);
    await ines.get(page);
    expect(ines.words).toContain('tomorrow Mon 14 December 2026');
    expect(ines.words).toMatch(
      new RegExp(`Sun 13 December 2026, 09:00 UTC Gateway 7 days before Sent ${it}`),
    );
    await ines.get('/forecast');
    expect(ines.page.text).toContain(`href="${page}">Gateway</a>`);
    const [run] = await service.dataSource.query<{ id: string }[]>(
      'select id from reminder_runs order by started_at desc limit 1',
    );
    await ines.get(`/admin/reminders/${run!.id}`);
    expect(ines.page.text).toContain(`href="${page}">Gateway</a>`);
    expect(ines.words).toContain('Gateway Match-Connect (production) 7 days before Sent');
  });

  test('are read as they were sent, by IT alone', async () => {
    const ines = await service.signedIn(it);
    await ines.get(page);
    const href = new RegExp(`href="(${page}/secrets/[^"/]+/mails/[^"]+)"`).exec(
      ines.page.text,
    )![1]!;
    await ines.get(href);
    const sent = service.mailer.sent.find(
      ({ to, text }) => to.address === it && /“Gate/.test(text),
    )!;
    for (const said of [sent.subject, '250 kept', sent.text.split('\n')[1]!]) {
      expect(ines.words).toContain(said);
    }
    const html = await ines.get(`${href}/html`);
    expect(html.text).toBe(sent.html.replace('<head>', '<head><base target="_top">'));
    expect(html.headers.get('content-security-policy')).toMatch(/default-src 'none'.* sandbox /);
    const other = await resourceId(service, 'Data Manager', 'sandbox');
    for (const path of [
      href.replace(id, other),
      href.replace(/secrets\/[^/]+/, `secrets/${nowhere}`),
      href.replace(/[^/]+$/, nowhere),
      href.replace(/[^/]+$/, 'x'),
    ]) {
      expect((await ines.get(path)).status).toBe(404);
    }
    const anna = await service.signedIn(manager);
    for (const path of ['', '/html']) expect((await anna.get(href + path)).status).toBe(404);
  });

  test('are answered by whoever replaces it, for everybody in IT to see (docs/adr/0090)', async () => {
    const ines = await service.signedIn(it);
    await ines.get(page);
    const answer = new RegExp(`href="(${page}/secrets/[^"/]+/acknowledge)"`).exec(
      ines.page.text,
    )![1]!;
    const say = async (fields: Record<string, string>) => {
      await ines.get(answer);
      return ines.submit(fields, answer);
    };
    for (const [fields, sentence] of [
      [{ kind: '' }, 'Choose one of the two.'],
      [{ kind: 'taken', until: '2026-12-30' }, 'Choose a day that comes before its end'],
    ] as const) {
      expect((await say(fields)).status).toBe(422);
      expect(ines.words).toContain(sentence);
    }
    // Nobody leaves IT by an answer.
    const { _csrf } = ines.form(answer).fields;
    expect((await ines.post(answer, { _csrf: _csrf!, kind: 'not_mine' })).status).toBe(422);
    await say({ kind: 'taken', until: '2026-12-16' });
    expect(ines.page.path).toBe(`${page}?done=acknowledged`);
    const said = 'Inês Carvalho is on it until Wed 16 December 2026.';
    expect(ines.words).toContain(said);
    expect(await lastEvents(service)).toMatchObject([
      {
        action: 'reminder.acknowledge',
        subject: 'Gateway',
        detail: { resourceServer: 'Match-Connect (production)', answer: 'taken' },
      },
    ]);
    service.clock.set(new Date('2026-12-14T09:00:00Z'));
    await service.app.get(Reminders).run({ force: true });
    const mails = service.mailer.sent.filter(({ to }) => to.address === it);
    expect(mails.at(-1)!.text).toContain(said);
    const again = await service.signedIn(it);
    await again.get(answer);
    await again.submit({}, `${answer}/take-back`);
    expect(again.words).toContain('It is taken back.');
    expect(again.words).not.toContain(said);
    expect((await again.get(answer.replace(id, nowhere))).status).toBe(404);
    const anna = await service.signedIn(manager);
    expect((await anna.get(answer)).status).toBe(404);
  });

  test('are nothing for a credential manager', async () => {
    const anna = await service.signedIn(manager);
    await anna.get('/forecast?days=366');
    expect(anna.page.status).toBe(200);
    for (const said of ['Gateway', 'Match-Connect (production)', it]) {
      expect(anna.words).not.toContain(said);
    }
  });

  test('have no next mail while a secret is switched off', async () => {
    browser = await service.signedIn(it);
    await follow('switch-off');
    expect(browser.words).toContain('None while it is switched off');
  });
});
