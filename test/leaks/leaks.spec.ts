import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  jest,
  test,
} from '@jest/globals';
import { createHash, createHmac, generateKeyPairSync, sign } from 'node:crypto';
import fs, { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Leaks } from '../../src/leaks/leaks.service.js';
import { ResourceSecrets } from '../../src/secrets/resource-secrets.service.js';
import { Secrets } from '../../src/secrets/secrets.service.js';
import { newValue } from '../../src/secrets/value.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { delivered } from '../support/delivered.js';
import { basic } from '../support/machine.js';
import { waitingFor } from '../support/race.js';

const start = new Date('2026-12-01T09:00:00Z');
const shared = 'a-key-that-a-scanner-of-ours-shares-with-us';
const keyId = '90a421169f0a406205f1563a953312f0';
const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const folder = mkdtempSync(join(tmpdir(), 'keyturn-leaks-'));
const url = 'https://Github.example:8443/octo/repo/commit/0123?line=7#secret-path';
let service: TestApp;
let applicationId: string;
let anna: { id: string; name: string; address: null };
/** Everything that the tests have reported. */
const reported: string[] = [];
/** Every mail. */
const sent: string[] = [];
/** Everything that was logged at the most verbose level. */
const log: string[] = [];

beforeAll(async () => {
  const file = join(folder, 'keys.json');
  const key = pair.publicKey.export({ type: 'spki', format: 'pem' });
  const public_keys = [{ key_identifier: keyId, key, is_current: true }];
  writeFileSync(file, JSON.stringify({ public_keys }));
  jest.spyOn(fs, 'writeSync').mockImplementation((_file: number, text: string) => {
    log.push(text);
    return Buffer.byteLength(text);
  });
  const settings = { LEAK_GITHUB_KEYS_FILE: file, LEAK_REPORT_KEY: shared, LOG_LEVEL: 'trace' };
  service = await startTestApp(settings);
  applicationId = await one(
    `select id as value from applications where name = 'Partner-NL-Matchpunt-SMC'`,
  );
  anna = { ...(await person('anna@matchpunt.example')), address: null };
});
beforeEach(async () => {
  service.clock.set(start);
  // Also those that the last test did not wait for.
  await delivered(service.app);
  sent.push(...service.mailer.sent.splice(0).map((mail) => JSON.stringify(mail)));
});
afterEach(async () => {
  Object.assign(service.config, { LEAK_POLICY: 'flag' });
  await service.dataSource.query(`delete from leaks`);
  await service.dataSource.query(`update secrets set deleted_at = $1 where name like 'Leak %'`, [
    start,
  ]);
});
afterAll(async () => {
  await service.close();
  jest.restoreAllMocks();
  rmSync(folder, { recursive: true });
});

async function one(sql: string, ...values: unknown[]): Promise<string> {
  const [row] = await service.dataSource.query<{ value: string }[]>(sql, values);
  return row!.value;
}

async function person(email: string): Promise<{ id: string; name: string }> {
  const rows = await service.dataSource.query<{ id: string; name: string }[]>(
    `select id, name from users where email = $1`,
    [email],
  );
  return rows[0]!;
}

let made = 0;
async function secret(): Promise<{ id: string; name: string; value: string; href: string }> {
  const name = `Leak ${++made}`;
  const { secret, value } = await service.app
    .get(Secrets, { strict: false })
    .issue(anna, applicationId, { name, lastDay: '2027-10-01' });
  const href = `/manage-api-credentials/${applicationId}/secrets/${secret.id}`;
  return { id: secret.id, name, value, href };
}

const found = (token: string, more: object = {}) => ({
  token,
  type: 'keyturn_secret',
  url,
  source: 'content',
  ...more,
});

interface Sent {
  status: number;
  text: string;
  body: { label?: string; token_hash?: string; code?: string }[] & { code?: string };
}

async function post(body: string, headers: Record<string, string>, at = service): Promise<Sent> {
  const answer = await fetch(`${at.url}/api/v1/leaks`, {
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', ...headers },
  });
  const text = await answer.text();
  return { status: answer.status, text, body: JSON.parse(text) as Sent['body'] };
}

function gitHub(body: string, key = pair.privateKey, id = keyId): Record<string, string> {
  return {
    'Github-Public-Key-Identifier': id,
    'Github-Public-Key-Signature': sign('sha256', Buffer.from(body), key).toString('base64'),
  };
}

function ours(body: string, key = shared, at = service.clock.now()): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const digest = createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex');
  return { 'Keyturn-Timestamp': seconds, 'Keyturn-Signature': `v1=${digest}` };
}

type Signing = (body: string) => Record<string, string>;

function report(list: { token: string }[], by: Signing = gitHub): Promise<Sent> {
  reported.push(...list.map(({ token }) => token));
  const body = JSON.stringify(list);
  return post(body, by(body));
}

/** The status of a call with this value. */
async function opens(value: string): Promise<number> {
  const sql = `select client_id as value from applications where id = $1`;
  const clientId = await one(sql, applicationId);
  const headers = { authorization: basic({ clientId, value }) };
  return (await fetch(`${service.url}/api/v1/self/secret`, { headers })).status;
}

const labels = ({ body }: Sent) => body.map(({ label }) => label);
const get = <T>(sql: string, ...values: unknown[]) => service.dataSource.query<T[]>(sql, values);

async function mails(): Promise<string[]> {
  await delivered(service.app);
  return service.mailer.sent.map(({ to }) => to.address).sort();
}

const concerned = [
  'anna@matchpunt.example',
  'bram@matchpunt.example',
  'ines@keyturn.example',
  'olga@matchpunt.example',
];

describe('a report', () => {
  test('of GitHub flags the secret, mails its people, and answers as GitHub wants it', async () => {
    const leaked = await secret();
    await get(`update users set language = 'de' where id = $1`, anna.id);
    const unknown = newValue();
    const answer = await report([found(leaked.value), found(unknown), found('not one of yours')]);
    expect(answer.status).toBe(200);
    expect(labels(answer)).toEqual(['true_positive', 'false_positive', 'false_positive']);
    expect(answer.body[0]).toEqual({
      token_hash: createHash('sha256').update(leaked.value).digest('hex'),
      token_type: 'keyturn_secret',
      label: 'true_positive',
    });
    expect(await mails()).toEqual(concerned);
    await get(`update users set language = null where id = $1`, anna.id);
    const to = (address: string) =>
      service.mailer.sent.find((each) => each.to.address === address)!;
    const mail = to('olga@matchpunt.example');
    expect(mail.subject).toBe('Leaked: a secret of Partner-NL-Matchpunt-SMC');
    expect(mail.text).toContain(`${leaked.name} (${leaked.value.slice(0, 3)}…)`);
    expect(mail.text).toContain('Found at https://github.example:8443\n');
    expect(mail.text).toContain('It still works');
    expect(mail.text).toContain(leaked.href);
    expect(mail.text + mail.html).not.toContain('secret-path');
    expect(to('anna@matchpunt.example').subject).not.toContain('Leaked');

    expect(await opens(leaked.value)).toBe(200);
    const [event] = await get<object>(
      `select actor_name, actor_id, action, subject_id, application_id, detail from audit_events
       where action = 'secret.leak' and subject_id = $1`,
      leaked.id,
    );
    expect(event).toEqual({
      actor_name: 'GitHub secret scanning',
      actor_id: null,
      action: 'secret.leak',
      subject_id: leaked.id,
      application_id: applicationId,
      detail: {
        hint: leaked.value.slice(0, 3),
        foundAt: 'https://github.example:8443',
        switchedOff: false,
      },
    });
  });

  test('of a scanner of one’s own switches it off where the policy says so', async () => {
    Object.assign(service.config, { LEAK_POLICY: 'switch-off' });
    const leaked = await secret();
    const answer = await report([found(leaked.value, { url: '' })], ours);
    expect(labels(answer)).toEqual(['true_positive']);
    expect(await opens(leaked.value)).toBe(401);
    expect(await mails()).toEqual(concerned);
    expect(service.mailer.sent[0]!.text).toContain('It was switched off at once');
    expect(service.mailer.sent[0]!.text).not.toContain('Found at');
    const events = await get<{ action: string; actor_name: string }>(
      `select action, actor_name from audit_events where subject_id = $1 order by id`,
      leaked.id,
    );
    expect(events.map(({ action, actor_name: who }) => [action, who]).slice(1)).toEqual([
      ['secret.leak', 'Leak scanner'],
      ['secret.switch_off', 'Keyturn'],
    ]);
  });

  test('is taken once, however often it comes, also twice in one and with another address', async () => {
    const leaked = await secret();
    await report([found(leaked.value, { url: null }), found(leaked.value)]);
    expect(await mails()).toEqual(concerned);
    expect(await one('select found_at as value from leaks')).toBe('https://github.example:8443');
    const again = await report([found(leaked.value, { url: 'https://elsewhere.example/' })], ours);
    expect(labels(again)).toEqual(['true_positive']);
    expect(await mails()).toEqual(concerned);
    expect(await get('select from leaks')).toHaveLength(1);
    expect(await one('select found_at as value from leaks')).toBe('https://github.example:8443');
  });

  test('that comes twice at the same moment is one', async () => {
    const leaked = await secret();
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('select from secrets where id = $1 for update', [leaked.id]);
    const both = [gitHub, ours].map((by: Signing) => report([found(leaked.value)], by));
    await waitingFor(runner, 2);
    await runner.commitTransaction();
    await runner.release();
    for (const answer of await Promise.all(both)) expect(labels(answer)).toEqual(['true_positive']);
    expect(await mails()).toEqual(concerned);
    const events = await get(
      `select from audit_events where action = 'secret.leak' and subject_id = $1`,
      leaked.id,
    );
    expect(events).toHaveLength(1);
  });

  test('of a thousand values is one question to the database, and one mail to each', async () => {
    const leaked = [await secret(), await secret()];
    const noise = Array.from({ length: 998 }, () => newValue());
    const answer = await report(
      [...noise, ...leaked.map(({ value }) => value)].map((v) => found(v)),
    );
    expect(labels(answer).filter((label) => label === 'true_positive')).toHaveLength(2);
    expect(await mails()).toEqual(concerned);
    expect(service.mailer.sent[0]!.subject).toBe(
      'Leaked: 2 secrets, of Partner-NL-Matchpunt-SMC and others',
    );
  });

  test('of one that is deleted is true, and wakes nobody', async () => {
    const leaked = await secret();
    await service.app.get(Secrets, { strict: false }).delete(anna, applicationId, leaked.id);
    expect(labels(await report([found(leaked.value)]))).toEqual(['true_positive']);
    expect(await mails()).toEqual([]);
    expect(await get('select from leaks')).toEqual([]);
  });

  test('of a secret of a resource server goes to IT, which sees it on its pages', async () => {
    const ines = { ...(await person('ines@keyturn.example')), address: null };
    const resourceId = await one(
      `select id as value from resources where not any_api and deleted_at is null limit 1`,
    );
    const wish = { name: `Leak ${++made}`, lastDay: '2027-10-01' };
    const { value } = await service.app
      .get(ResourceSecrets, { strict: false })
      .issue(ines, resourceId, wish);
    await report([found(value)]);
    expect(await mails()).toEqual(['ines@keyturn.example']);
    expect(service.mailer.sent[0]!.text).toContain(`/admin/resources/${resourceId}`);
    const browser = await service.signedIn('ines@keyturn.example');
    for (const page of [`/admin/resources/${resourceId}`, '/admin/operations']) {
      await browser.get(page);
      expect(browser.words).toContain('Leaked: found at https://github.example:8443');
    }
    expect(browser.words).toContain('Leaked secrets that are not deleted: 1');
  });
});

describe('what is no report', () => {
  const list = JSON.stringify([found('x')]);
  const other = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;

  test.each<[string, () => Record<string, string>]>([
    ['without a signature', () => ({})],
    ['of another key', () => gitHub(list, other)],
    ['of a key that is not known', () => gitHub(list, pair.privateKey, 'f'.repeat(32))],
    ['of another body', () => gitHub(`${list} `)],
    ['with a broken one', () => ({ ...gitHub(list), 'Github-Public-Key-Signature': 'AAAA' })],
    ['of another shared key', () => ours(list, `${shared}!`)],
    ['of another body, shared', () => ours(`${list} `)],
    ['too old', () => ours(list, shared, new Date(start.getTime() - 301_000))],
    ['too early', () => ours(list, shared, new Date(start.getTime() + 301_000))],
    ['with its time changed', () => ({ ...ours(list), 'Keyturn-Timestamp': '1796115601' })],
  ])('%s: 401', async (_name, headers) => {
    const answer = await post(list, headers());
    expect(answer.status).toBe(401);
    expect(answer.body.code).toBe('invalid_signature');
  });

  test('at the edges of its window it is one', async () => {
    for (const seconds of [-300, 300]) {
      const at = new Date(start.getTime() + seconds * 1000);
      expect((await post(list, ours(list, shared, at))).status).toBe(200);
    }
  });

  const value = newValue();
  test.each<[string, string, number]>([
    ['no JSON', '{', 422],
    ['no list', `{"token":"${value}"}`, 422],
    ['nothing in it', '[]', 422],
    ['no object in it', `["${value}"]`, 422],
    ['no value', '[{"type":"t"}]', 422],
    ['a value that is no text', '[{"token":7,"type":"t"}]', 422],
    ['a value that is too long', JSON.stringify([found('x'.repeat(1001))]), 422],
    ['no type', `[{"token":"${value}"}]`, 422],
    ['a value as its type', JSON.stringify([{ token: 'x', type: value }]), 422],
    ['an address that is no text', JSON.stringify([{ ...found(value), url: {} }]), 422],
    ['too many values', JSON.stringify(Array.from({ length: 1001 }, () => found(value))), 413],
    ['too many bytes', JSON.stringify([found('x', { more: 'y'.repeat(1_048_576) })]), 413],
  ])('with %s: refused, and no value said again', async (_name, body, status) => {
    const answer = await post(body, gitHub(body));
    expect([answer.status, answer.text.includes(value)]).toEqual([status, false]);
  });

  test('an address with a value for its host is left out', async () => {
    const leaked = await secret();
    await report([found(leaked.value, { url: `https://${leaked.value}/` })]);
    expect(await one('select found_at as value from leaks')).toBeNull();
  });
});

describe('a manager who fears a leak', () => {
  test('says so once, and is led through the replacement until it is deleted', async () => {
    const leaked = await secret();
    const browser = await service.signedIn('anna@matchpunt.example');
    await browser.get(leaked.href);
    expect(browser.words).toContain('It may have leaked');
    await browser.get(`${leaked.href}/leaked`);
    expect(browser.words).toContain('May this secret have leaked?');
    await browser.submit({});
    expect(browser.page.path).toBe(`${leaked.href}?done=leaked`);
    expect(browser.words).toContain('May have leaked, Anna Visser said on');
    expect(browser.words).toContain('Create a new secret. Put it into the systems');
    expect(browser.page.text).toContain(`/manage-api-credentials/${applicationId}/secrets/new`);
    expect(await mails()).toEqual(concerned);
    expect(service.mailer.sent[0]!.text).toContain('Anna Visser has said that');

    for (const page of ['/manage-api-credentials', `/manage-api-credentials/${applicationId}`]) {
      await browser.get(page);
      expect(browser.words).toContain('May have leaked, Anna Visser said on');
    }
    const ines = await service.signedIn('ines@keyturn.example');
    await ines.get(`/admin/support/${applicationId}`);
    expect(ines.words).toContain('May have leaked, Anna Visser said on');
    await browser.get(`${leaked.href}/leaked`);
    expect(browser.page.path).toBe(leaked.href);

    await service.app.get(Secrets, { strict: false }).delete(anna, applicationId, leaked.id);
    await browser.get('/manage-api-credentials');
    expect(browser.words).not.toContain('May have leaked');
  });

  test('does so for the applications of their own alone', async () => {
    const leaked = await secret();
    const grace = await service.signedIn('grace@lanetrust.example');
    expect((await grace.get(`${leaked.href}/leaked`)).status).toBe(404);
    const olga = await service.signedIn('olga@matchpunt.example');
    expect((await olga.get(`${leaked.href}/leaked`)).status).toBe(403);
    await olga.get(leaked.href);
    expect(olga.words).not.toContain('It may have leaked');
    for (const email of ['grace@lanetrust.example', 'olga@matchpunt.example']) {
      const other = { ...(await person(email)), address: null };
      const said = service.app
        .get(Leaks, { strict: false })
        .reportOwn(other, applicationId, leaked.id);
      await expect(said).rejects.toMatchObject({ status: 404 });
    }
    expect(await get('select from leaks')).toEqual([]);
  });
});

test('no reported value is in a log, in a mail or anywhere in the database', async () => {
  expect(reported.length).toBeGreaterThan(1000);
  const values = reported.filter((value) => value.includes('_kt1_'));
  const tables = await get<{ name: string }>(
    `select tablename as name from pg_tables where schemaname = 'public'`,
  );
  const rows = await Promise.all(
    tables.map(({ name }) => get<{ row: string }>(`select t::text as row from "${name}" t`)),
  );
  const text = [...rows.flat().map(({ row }) => row), ...sent, ...log].join();
  expect([sent.length > 30, log.join().includes('/api/v1/leaks')]).toEqual([true, true]);
  expect(text.length).toBeGreaterThan(10_000);
  expect(values.filter((value) => text.includes(value))).toEqual([]);
});
