import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '../../src/audit/audit.service.js';
import { Domains } from '../../src/domains/domains.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import type { Visitor } from '../support/visitor.js';
import { Receiver, verified } from '../webhooks/receiver.js';

const anna = 'anna@matchpunt.example';
const olga = 'olga@matchpunt.example';
const grace = 'grace@lanetrust.example';

let service: TestApp;
let receiver: Receiver;
let list: string;
let domainId: string;
let browser: Visitor;

beforeAll(async () => {
  service = await startTestApp();
  Object.assign(service.config, { WEBHOOK_HTTP: 'on', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' });
  receiver = await new Receiver().open();
  const [{ id: applicationId }] = await rows<{ id: string }>(
    `select id from applications where name = 'Partner-NL-Matchpunt-SMC'`,
  );
  const [user] = await rows<Actor>(
    `select id, name, null as address from users where email = '${anna}'`,
  );
  const wish = { host: 'shop.matchpunt.example', name: 'Shop', environment: 'live' };
  const domains = service.app.get(Domains, { strict: false });
  domainId = (await domains.create(user, applicationId, wish)).id;
  list = `/manage-api-credentials/${applicationId}/webhooks`;
  browser = await service.signedIn(anna);
});
afterAll(async () => {
  receiver.close();
  await service.close();
});

async function rows<T>(sql: string): Promise<[T, ...T[]]> {
  return service.dataSource.query<[T, ...T[]]>(sql);
}

/** Loads the page until it says so: what was begun goes on behind it. */
async function until(words: RegExp): Promise<void> {
  const { path } = browser.page;
  while (!words.test(browser.words)) await browser.get(path);
}

describe('webhooks in the portal', () => {
  test('are found from the application, added, and show their secret once', async () => {
    await browser.get(list.replace('/webhooks', ''));
    expect(browser.page.text).toContain(`href="${list}"`);
    await browser.get(list);
    expect(browser.words).toContain('No webhook yet');
    await browser.get(`${list}/new`);
    await browser.submit({ domainId, url: 'https://10.0.0.1/hook' });
    expect(browser.page.status).toBe(422);
    expect(browser.words).toMatch(/cannot be reached from the Internet/);
    expect(browser.page.text).toContain('value="https://10.0.0.1/hook"');
    await browser.submit({ domainId: '', url: receiver.url() });
    expect(browser.words).toContain('Choose a domain.');
    await browser.submit({ domainId, url: receiver.url('/hook?key=inner') });
    expect(browser.page.status).toBe(201);
    expect(browser.page.headers.get('cache-control')).toBe('no-store');
    const [secret] = /whsec_[A-Za-z0-9+/]{43}=/.exec(browser.page.text)!;

    await browser.get(list);
    expect(browser.words).toMatch(
      /\/hook\?key=inner .*shop\.matchpunt\.example .*Active .*none yet/,
    );
    const [{ id }] = await rows<{ id: string }>(`select id from webhook_endpoints`);
    await browser.get(`${list}/${id}`);
    expect(browser.page.text).not.toContain(secret);
    await browser.submit({}, `${list}/${id}/test`);
    await until(/Delivered/);
    expect(browser.words).toMatch(/Attempts .* 1 .*Status 204 \d+ ms .*"type": "webhook.test"/);
    expect(verified(receiver.take()[0]!, secret)).toMatchObject({ type: 'webhook.test' });
    // Nothing of what was answered is shown.
    receiver.status = 400;
    await browser.submit({});
    await until(/Given up/);
    expect(browser.words).toContain('Status 400');
    expect(browser.page.text).not.toContain('not to be read');
    const ids = receiver.take().map(({ headers }) => headers['webhook-id']);
    expect(browser.words).toContain(`webhook-id ${ids[0] as string}`);

    const events = await rows<{ text: string }>(
      `select row_to_json(e)::text as text from audit_events e where action like 'webhook%'`,
    );
    expect(events).toHaveLength(3);
    for (const { text } of events) {
      expect(text).not.toContain('whsec_');
      expect(text).not.toContain('inner');
    }
  });

  test('are rotated, switched off and on, and deleted, each after a question', async () => {
    receiver.status = 204;
    const [{ id }] = await rows<{ id: string }>(`select id from webhook_endpoints`);
    const page = `${list}/${id}`;
    await browser.get(`${page}/rotate`);
    await browser.submit({});
    expect(browser.page.status).toBe(201);
    expect(browser.words).toMatch(/Until .* each message is signed with the secret before as well/);
    await browser.get(page);
    expect(browser.words).toMatch(/Secret before signs as well until/);
    await browser.get(`${page}/switch-off`);
    await browser.submit({});
    expect(browser.words).toMatch(/is switched off\. Nothing is sent to it/);
    expect(browser.page.text).not.toContain(`action="${page}/test"`);
    const { fields } = browser.form();
    expect((await browser.post(`${page}/test`, fields)).status).toBe(409);
    await browser.get(page);
    await browser.submit({}, `${page}/switch-on`);
    expect(browser.words).toContain('The webhook is switched on.');
    await browser.get(`${page}/delete`);
    await browser.submit({});
    expect(browser.words).toContain('The webhook is deleted.');
    expect((await browser.get(page)).status).toBe(404);
  });

  test('are seen by org admins without what may be a secret, and changed by managers alone', async () => {
    await browser.get(`${list}/new`);
    await browser.submit({ domainId, url: receiver.url('/inner') });
    const [{ id }] = await rows<{ id: string }>(`select id from webhook_endpoints`);
    await browser.get(`${list}/${id}`);
    await browser.submit({}, `${list}/${id}/test`);
    const message = browser.page.path;
    const changes = [
      list,
      ...['rotate', 'switch-off', 'switch-on', 'delete', 'test'].map(
        (kind) => `${list}/${id}/${kind}`,
      ),
      message,
    ];
    const reader = await service.signedIn(olga);
    for (const path of [list, `${list}/${id}`, message]) {
      expect((await reader.get(path)).status).toBe(200);
      expect(reader.page.text).not.toContain('/inner');
      expect(reader.page.text).not.toMatch(/<form[^>]+webhooks/);
    }
    for (const path of ['new', `${id}/rotate`, `${id}/delete`]) {
      expect((await reader.get(`${list}/${path}`)).status).toBe(403);
    }
    const stranger = await service.signedIn(grace);
    for (const path of [list, `${list}/new`, `${list}/${id}`, `${list}/${id}/rotate`, message]) {
      expect((await stranger.get(path)).status).toBe(404);
    }
    for (const [visitor, status] of [
      [reader, 403],
      [stranger, 404],
    ] as const) {
      await visitor.get('/profile');
      const [, token] = /name="_csrf" value="([^"]+)"/.exec(visitor.page.text)!;
      for (const path of changes) {
        const answer = await visitor.post(path, { _csrf: token! });
        expect([path, answer.status]).toEqual([path, status]);
      }
    }
    // Of another application of one's own it is not found either.
    const other = list.replace(/[0-9a-f-]{36}/, '00000000-0000-4000-8000-000000000000');
    expect((await browser.get(`${other}/${id}`)).status).toBe(404);
    expect((await browser.get(`${list}/not-an-id`)).status).toBe(404);
    expect((await browser.get(message.replace(/.{12}$/, '000000000000'))).status).toBe(404);
  });
});
