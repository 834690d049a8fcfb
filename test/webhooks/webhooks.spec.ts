import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Actor } from '../../src/audit/audit.service.js';
import { Domains } from '../../src/domains/domains.service.js';
import { inTransaction } from '../../src/platform/database/tx.js';
import { Secrets } from '../../src/secrets/secrets.service.js';
import { WebhookDelivering } from '../../src/webhooks/delivering.service.js';
import { WebhookPlanning } from '../../src/webhooks/planning.service.js';
import { endpointsAtMost, Webhooks } from '../../src/webhooks/webhooks.service.js';
import { claimMessage } from '../../src/webhooks/claim.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { Receiver, type Received, verified } from './receiver.js';

const hour = 3_600_000;
const start = new Date('2026-12-01T09:00:00Z');
let service: TestApp;
let receiver: Receiver;
let anna: Actor;
let applicationId: string;
let domainId: string;

beforeAll(async () => {
  service = await startTestApp();
  Object.assign(service.config, { WEBHOOK_HTTP: 'on', WEBHOOK_ALLOWED_NETWORKS: '127.0.0.1' });
  receiver = await new Receiver().open();
  anna = await actor('anna@matchpunt.example');
  applicationId = await one(
    `select id as value from applications where name = 'Partner-NL-Matchpunt-SMC'`,
  );
  const wish = { host: 'shop.matchpunt.example', name: 'Shop', environment: 'live' };
  domainId = (await get(Domains).create(anna, applicationId, wish)).id;
});
afterEach(async () => {
  receiver.status = 204;
  receiver.take();
  await service.dataSource.query(`delete from domain_urls`);
  await service.dataSource.query(`delete from secrets where id = any($1)`, [issued.splice(0)]);
  service.clock.set(start);
});
afterAll(async () => {
  receiver.close();
  await service.close();
});

const get = <T>(type: abstract new (...args: never[]) => T): T =>
  service.app.get<T>(type, { strict: false });

async function one<T = string>(sql: string, ...values: unknown[]): Promise<T> {
  const [row] = await service.dataSource.query<{ value: T }[]>(sql, values);
  return row!.value;
}

async function actor(email: string): Promise<Actor> {
  const id = await one(`select id as value from users where email = $1`, email);
  return { id, name: email, address: '192.0.2.7' };
}

const add = (url = receiver.url()) => get(Webhooks).add(anna, applicationId, { domainId, url });

/** The secrets of a test. */
const issued: string[] = [];

async function issue(name: string, lastDay = '2027-11-01') {
  const made = await get(Secrets).issue(anna, applicationId, { name, lastDay });
  issued.push(made.secret.id);
  return made;
}

/** What the job does. */
async function tick(): Promise<void> {
  await get(WebhookPlanning).plan();
  await get(WebhookDelivering).deliverDue();
}

/** Comes back when what was started in the background is done. */
async function settled(): Promise<void> {
  const open = `select count(*)::int as value from webhook_deliveries w
    left join webhook_attempts t on t.delivery_id = w.id and t.number = w.attempts
    where w.state = 'due' and (w.next_attempt_at <= $1
      or t.number is not null and t.status is null and t.fault is null)`;
  while ((await one<number>(open, service.clock.now())) > 0) await new Promise(setImmediate);
}

/** Adds an endpoint and lets pass what is told to a new one. */
async function quietEndpoint(): Promise<{ id: string; secret: string }> {
  const made = await add();
  await tick();
  receiver.take();
  return made;
}

const typeOf = ({ body }: Received) => (JSON.parse(body) as { type: string }).type;
const nameOf = ({ body }: Received) =>
  (JSON.parse(body) as { data: { secret: { name: string } } }).data.secret.name;
const idOf = ({ headers }: Received) => headers['webhook-id'];

const states = (event = '%') =>
  service.dataSource.query<{ state: string; attempts: number }[]>(
    `select state, attempts from webhook_deliveries where event like $1 order by created_at, id`,
    [event],
  );

describe('what is told', () => {
  test('a new secret, signed, with everything but its value', async () => {
    const { secret } = await quietEndpoint();
    service.clock.advance(1_000);
    const issued = await issue('Told at once', '2027-06-30');
    await tick();
    const [message, ...others] = receiver.take();
    expect(others).toEqual([]);
    expect(verified(message!, secret)).toEqual({
      type: 'secret.created',
      timestamp: issued.secret.createdAt.toISOString(),
      data: {
        organisation: { id: expect.any(String), name: 'Stichting Matchpunt' },
        application: {
          id: applicationId,
          name: 'Partner-NL-Matchpunt-SMC',
          client_id: expect.any(String),
        },
        domain: { id: domainId, host: 'shop.matchpunt.example', environment: 'live' },
        secret: {
          id: issued.secret.id,
          name: 'Told at once',
          hint: issued.secret.hint,
          created_at: issued.secret.createdAt.toISOString(),
          expires_at: '2027-07-01T00:00:00.000Z',
          deleted_at: null,
        },
        url: `http://localhost:3000/manage-api-credentials/${applicationId}/secrets/${issued.secret.id}`,
      },
    });
    expect(idOf(message!)).toMatch(/^msg_[0-9a-f-]{36}$/);
    expect(message!.headers['content-type']).toBe('application/json');
    expect(JSON.stringify(message)).not.toContain(issued.value);
    expect(JSON.stringify(message)).not.toContain(issued.value.slice(8));
    await tick();
    expect(receiver.take()).toEqual([]);
  });

  test('its whole life, each event once: ending soon (S11), its end, deletion', async () => {
    await quietEndpoint();
    // The last day is 27 February: on 27 January it is a month away, on 28 January less.
    const { secret } = await issue('A life', '2027-02-27');
    const life = async (at: string) => {
      service.clock.set(new Date(at));
      await tick();
      return receiver
        .take()
        .filter((each) => nameOf(each) === 'A life')
        .map(typeOf);
    };
    expect(await life('2027-01-27T23:59:00Z')).toEqual(['secret.created']);
    expect(await life('2027-01-28T00:00:00Z')).toEqual(['secret.expiring']);
    expect(await life('2027-02-20T12:00:00Z')).toEqual([]);
    expect(await life('2027-02-27T23:59:59Z')).toEqual([]);
    expect(await life('2027-02-28T00:00:00Z')).toEqual(['secret.expired']);
    await get(Secrets).delete(anna, applicationId, secret.id);
    expect(await life('2027-02-28T00:00:10Z')).toEqual(['secret.deleted']);
    expect(await life('2027-03-30T00:00:00Z')).toEqual([]);
  });

  test('that it is replaced (M7), and then not that it ends soon', async () => {
    await quietEndpoint();
    const now = service.clock.now();
    const old = await issue('Replaced one', '2027-04-20');
    service.clock.advance(hour);
    const newer = await issue('Newer one', '2027-12-01');
    const use = (id: string, at: Date) =>
      service.dataSource.query(
        `update secrets set first_used_at = coalesce(first_used_at, $2), last_used_at = $2 where id = $1`,
        [id, at],
      );
    await use(old.secret.id, now);
    await tick();
    receiver.take();
    service.clock.advance(hour);
    await use(newer.secret.id, service.clock.now());
    await tick();
    expect(receiver.take().map((each) => [typeOf(each), nameOf(each)])).toContainEqual([
      'secret.superseded',
      'Replaced one',
    ]);
    service.clock.set(new Date('2027-04-10T00:00:00Z'));
    await tick();
    const soon = receiver.take().map((each) => [typeOf(each), nameOf(each)]);
    expect(soon).not.toContainEqual(['secret.expiring', 'Replaced one']);
  });

  test('to a new endpoint what is so now, and nothing that was before', async () => {
    await issue('There before', '2026-12-20');
    service.clock.advance(1_000);
    await add();
    await tick();
    const told = receiver.take();
    expect(told.filter((each) => nameOf(each) === 'There before').map(typeOf)).toEqual([
      'secret.expiring',
    ]);
    expect(told.map(typeOf)).not.toContain('secret.created');
    expect(told.map(typeOf)).not.toContain('secret.deleted');
  });

  test('nothing of other applications, and nothing where domain or application are gone', async () => {
    const other = await one(
      `select id as value from applications where name = 'Partner-GB-LaneTrust-SMC'`,
    );
    await quietEndpoint();
    const grace = await actor('grace@lanetrust.example');
    const elsewhere = { name: 'Elsewhere', lastDay: '2027-10-01' };
    issued.push((await get(Secrets).issue(grace, other, elsewhere)).secret.id);
    await tick();
    expect(receiver.take()).toEqual([]);
    await issue('While off');
    await get(Domains).change(anna, { applicationId, domainId }, { active: false });
    await tick();
    expect(receiver.take()).toEqual([]);
    await get(Domains).change(anna, { applicationId, domainId }, { active: true });
    await tick();
    expect(receiver.take().map(nameOf)).toEqual(['While off']);
  });
});

describe('an endpoint that does not take a message', () => {
  test('gets the same bytes under the same id again, ever less often, and is known to fail', async () => {
    const { secret } = await quietEndpoint();
    receiver.status = 500;
    await issue('Refused');
    const times: number[] = [];
    const due = [0, 5, 10, 20, 40, 80, 160, 320, 640];
    for (const seconds of due.flatMap((each) => [each - 1, each, each + 1])) {
      service.clock.set(new Date(start.getTime() + seconds * 1_000));
      await tick();
      times.push(...receiver.received.slice(times.length).map(() => seconds));
    }
    expect(times).toEqual(due);
    const all = receiver.take();
    expect(new Set(all.map(idOf)).size).toBe(1);
    expect(new Set(all.map(({ body }) => body)).size).toBe(1);
    expect(new Set(all.map(({ headers }) => headers['webhook-signature'])).size).toBe(9);
    for (const each of all) verified(each, secret);
    expect(await states('secret.created')).toEqual([{ state: 'due', attempts: 9 }]);
    receiver.status = 200;
    service.clock.set(new Date(start.getTime() + 2 * 640_000));
    await tick();
    expect(receiver.take().map(idOf)).toEqual([idOf(all[0]!)]);
    expect(await states('secret.created')).toEqual([{ state: 'sent', attempts: 10 }]);
    expect(await one(`select failing_since as value from webhook_endpoints`)).toBeNull();
  });

  test('is asked once for all that waits, and gets all of it as soon as it works', async () => {
    const { id } = await quietEndpoint();
    receiver.status = 503;
    const names = ['Waits 1', 'Waits 2', 'Waits 3'];
    for (const name of names) await issue(name);
    await tick();
    expect(receiver.take()).toHaveLength(1);
    service.clock.advance(2 * hour);
    await tick();
    expect(receiver.take()).toHaveLength(1);
    receiver.status = 200;
    // Nothing is due, but a manager who has mended it sends a test.
    await tick();
    expect(receiver.take()).toEqual([]);
    await get(Webhooks).test(anna, applicationId, id);
    await settled();
    const got = receiver.take();
    expect(typeOf(got[0]!)).toBe('webhook.test');
    expect(got.slice(1).map(nameOf).sort()).toEqual(names);
  });

  test('is given up after three days; its managers are mailed once, until it works again', async () => {
    const { id } = await quietEndpoint();
    receiver.status = (_, response) => response.destroy();
    await issue('Given up 1');
    await tick();
    service.clock.advance(hour);
    await issue('Given up 2');
    await tick();
    service.mailer.sent.splice(0);
    service.clock.advance(71 * hour - 1_000);
    await tick();
    expect(await states('secret.created')).toEqual([
      { state: 'due', attempts: expect.any(Number) },
      { state: 'due', attempts: expect.any(Number) },
    ]);
    for (let hours = 0; hours < 5; hours += 1) {
      service.clock.advance(hour);
      await tick();
    }
    expect((await states('secret.created')).map(({ state }) => state)).toEqual([
      'failed',
      'failed',
    ]);
    const mails = service.mailer.sent.filter(({ subject }) => /webhook/.test(subject));
    expect(mails.map(({ to }) => to.address).sort()).toEqual([
      'anna@matchpunt.example',
      'bram@matchpunt.example',
    ]);
    for (const { subject, text, html } of mails) {
      expect(subject).toBe('A webhook of Partner-NL-Matchpunt-SMC takes no messages');
      expect(text).toContain(
        `http://localhost:3000/manage-api-credentials/${applicationId}/webhooks/${id}`,
      );
      // What follows the host may be a secret of the receiver.
      expect(text + html).not.toContain('/keyturn');
    }
  });

  test('that could not be asked for days, because nobody was there to ask, is asked first', async () => {
    await quietEndpoint();
    receiver.status = 500;
    await issue('After an outage');
    await tick();
    service.clock.advance(4 * 24 * hour);
    receiver.take();
    receiver.status = 200;
    await tick();
    expect(receiver.take().filter((each) => nameOf(each) === 'After an outage')).toHaveLength(1);
  });

  test('is switched off by 410, which its managers are told and the audit keeps', async () => {
    const { id } = await quietEndpoint();
    receiver.status = 410;
    service.mailer.sent.splice(0);
    await issue('Gone');
    await tick();
    await tick();
    expect(receiver.take()).toHaveLength(1);
    expect(await one(`select active as value from domain_urls where id = $1`, id)).toBe(false);
    expect(service.mailer.sent.map(({ subject }) => subject)).toEqual(
      Array<string>(2).fill('A webhook of Partner-NL-Matchpunt-SMC was switched off'),
    );
    expect(
      await one(
        `select detail as value from audit_events where action = 'webhook.switch_off' and subject_id = $1`,
        id,
      ),
    ).toEqual({ domain: 'shop.matchpunt.example', reason: '410 Gone' });
    receiver.status = 200;
    await get(Webhooks).switchOn(anna, applicationId, id);
    await issue('After that');
    await tick();
    expect(receiver.take().map(nameOf)).toEqual(['After that']);
  });

  test('takes nothing from others: a slow one holds up itself alone', async () => {
    await quietEndpoint();
    const answers: (() => void)[] = [];
    await add(receiver.url('/slow'));
    await tick();
    receiver.take();
    receiver.status = ({ path }, response) => {
      if (path === '/slow') answers.push(() => response.writeHead(204).end());
      else response.writeHead(204).end();
    };
    await issue('Slow and quick 1', '2027-11-02');
    await issue('Slow and quick 2', '2027-11-02');
    await get(WebhookPlanning).plan();
    const delivering = get(WebhookDelivering).deliverDue();
    while (answers.length === 0 || receiver.received.length < 3) await new Promise(setImmediate);
    expect(receiver.received.map(({ path }) => path).sort()).toEqual([
      '/keyturn',
      '/keyturn',
      '/slow',
    ]);
    receiver.status = 204;
    answers[0]!();
    await delivering;
    expect(receiver.take().filter(({ path }) => path === '/slow')).toHaveLength(2);
  });
});

describe('nothing is lost and nothing doubled', () => {
  test('when a process dies with a message on the way, another sends it under the same id', async () => {
    await quietEndpoint();
    await issue('Died');
    await get(WebhookPlanning).plan();
    // Claimed and committed; then the process is gone.
    const claimed = await claimMessage(service.dataSource, service.clock.now());
    await tick();
    expect(receiver.take()).toEqual([]);
    service.clock.advance(30_000);
    await tick();
    expect(receiver.take().map(idOf)).toEqual([`msg_${claimed!.id}`]);
    expect(await states('secret.created')).toEqual([{ state: 'sent', attempts: 2 }]);
  });

  test('when two instances look and send at the same moment', async () => {
    await quietEndpoint();
    for (let n = 1; n <= 4; n += 1) await issue(`Both ${n}`);
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query('lock table webhook_deliveries in exclusive mode');
    const planned = [get(WebhookPlanning).plan(), get(WebhookPlanning).plan()];
    await waitingFor(runner, 2);
    await runner.commitTransaction();
    await runner.release();
    await Promise.all(planned);
    expect(await states('secret.created')).toHaveLength(4);
    await Promise.all([get(WebhookDelivering).deliverDue(), get(WebhookDelivering).deliverDue()]);
    const names = receiver.take().map(nameOf);
    expect(names.sort()).toEqual(['Both 1', 'Both 2', 'Both 3', 'Both 4']);
    expect(await states('secret.created')).toEqual(Array(4).fill({ state: 'sent', attempts: 1 }));
  });

  test('of two that claim, one gets the message and the other does not wait for it', async () => {
    await quietEndpoint();
    await issue('Claimed');
    await get(WebhookPlanning).plan();
    await inTransaction(service.dataSource, async (tx) => {
      await tx.query('select 1 from webhook_endpoints for update');
      expect(await claimMessage(service.dataSource, service.clock.now())).toBeUndefined();
    });
    expect(await claimMessage(service.dataSource, service.clock.now())).toBeDefined();
    expect(await claimMessage(service.dataSource, service.clock.now())).toBeUndefined();
  });
});

describe('the signing secret', () => {
  test('is sealed in the database, and after a rotation both sign for 24 hours', async () => {
    const { id, secret } = await quietEndpoint();
    const { secret: next } = await get(Webhooks).rotate(anna, applicationId, id);
    const kept = await one(`select row_to_json(e)::text as value from webhook_endpoints e`);
    for (const each of [secret, next]) {
      expect(kept).not.toContain(Buffer.from(each).toString('hex'));
      expect(kept).not.toContain(each);
    }
    await get(Webhooks).test(anna, applicationId, id);
    await settled();
    const [both] = receiver.take();
    verified(both!, secret);
    verified(both!, next);
    service.clock.advance(24 * hour);
    await get(Webhooks).test(anna, applicationId, id);
    await settled();
    const [after] = receiver.take();
    verified(after!, next);
    expect(() => verified(after!, secret)).toThrow('No matching signature');
    await get(WebhookPlanning).forgetOld();
    expect(await one(`select former_secret as value from webhook_endpoints`)).toBeNull();
  });
});

describe('endpoints', () => {
  test('are at most ten of an application, and an address once of a domain', async () => {
    await add();
    await expect(add()).rejects.toMatchObject({
      fields: { url: expect.stringMatching(/already/) },
    });
    for (let n = 2; n <= endpointsAtMost; n += 1) await add(receiver.url(`/${n}`));
    await expect(add(receiver.url('/more'))).rejects.toMatchObject({ code: 'conflict' });
  });

  test('old texts and attempts go after 30 days; that it was told stays', async () => {
    await quietEndpoint();
    await issue('Kept');
    await tick();
    service.clock.advance(30 * 24 * hour + 1);
    await get(WebhookPlanning).forgetOld();
    expect(await one(`select count(*)::int as value from webhook_attempts`)).toBe(0);
    expect(await one(`select count(body)::int as value from webhook_deliveries`)).toBe(0);
    receiver.take();
    await tick();
    expect(
      receiver
        .take()
        .filter((each) => nameOf(each) === 'Kept')
        .map(typeOf),
    ).toEqual([]);
  });
});
