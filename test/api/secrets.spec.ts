import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { type Answer, type Program, Programs } from './cast.js';

const nlSmc = 'Partner-NL-Matchpunt-SMC';
const gbSmc = 'Partner-GB-LaneTrust-SMC';
const nlDm = 'Partner-NL-Matchpunt-DM';

let service: TestApp;
let programs: Programs;
let own: Program;
let foreign: Program;

beforeAll(async () => {
  service = await startTestApp();
  programs = new Programs(service);
  own = await programs.member(nlSmc, ['secrets.manage']);
  foreign = await programs.member(gbSmc, ['secrets.manage']);
});
afterAll(() => service.close());

const secretsOf = ({ applicationId }: Program) => `applications/${applicationId}/secrets`;
const call = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  programs.call(own.token, method, path, body, headers);
const create = (body: unknown = {}, headers?: Record<string, string>) =>
  call('POST', secretsOf(own), body, headers);

async function removeAll(): Promise<void> {
  await service.dataSource.query(
    `update secrets set deleted_at = $3 where application_id = $1 and id <> $2 and deleted_at is null`,
    [own.applicationId, own.secretId, service.clock.now()],
  );
}

describe('a secret created by a program', () => {
  test('is Standard Key for a year when nothing is said, numbered when taken', async () => {
    await removeAll();
    const first = await create();
    expect(first.status).toBe(201);
    expect(first.body).toEqual({
      id: expect.any(String),
      applicationId: own.applicationId,
      name: 'Standard Key',
      hint: first.body.value.slice(0, 3),
      state: 'active',
      createdAt: '2026-12-01T09:00:00.000Z',
      createdBy: expect.stringMatching(/^secret “Machine /),
      expiresAt: '2027-12-01T09:00:00.000Z',
      lastDay: '2027-12-01',
      daysLeft: 365,
      disabledAt: null,
      lastUsedAt: null,
      neverRetrieved: false,
      value: expect.stringMatching(/^[0-9A-Za-z]{3}_kt1_[0-9A-Za-z]{43}$/),
    });
    expect((await create()).body.name).toBe('Standard Key 2');
    expect(await programs.token(own.clientId, first.body.value)).toMatch(/^ey/);

    const again = await call('GET', first.headers.get('location')!.replace(/.*\/api\/v1\//, ''));
    const { value, ...rest } = first.body;
    expect(again.body).toEqual({ ...rest, lastUsedAt: again.body.lastUsedAt });
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    const list = await call('GET', secretsOf(own));
    expect(JSON.stringify(list.body)).not.toContain(value);
  });

  test('takes a last day or an exact instant within the year', async () => {
    await removeAll();
    const day = await create({ name: ' CI ', lastDay: '2027-01-31' });
    expect(day.body).toMatchObject({ name: 'CI', expiresAt: '2027-02-01T00:00:00.000Z' });
    const instant = await create({ name: 'Exact', expiresAt: '2027-03-01T12:00:00+01:00' });
    expect(instant.body).toMatchObject({ expiresAt: '2027-03-01T11:00:00.000Z' });
  });

  test.each([
    [{ name: '' }, '/name'],
    [{ name: 7 }, '/name'],
    [{ name: 'a\u0000b' }, '/name'],
    [{ lastDay: '2026-12-01' }, '/lastDay'],
    [{ lastDay: '2027-12-02' }, '/lastDay'],
    [{ lastDay: '2027-02-30' }, '/lastDay'],
    [{ lastDay: null }, '/lastDay'],
    [{ expiresAt: '2027-12-01T09:00:00.001Z' }, '/expiresAt'],
    [{ expiresAt: '2027-12-01' }, '/expiresAt'],
    [{ expiresAt: '+012345-01-01T00:00:00Z' }, '/expiresAt'],
    [{ expiresAt: '2027-03-01T12:00:00Z', lastDay: '2027-01-31' }, '/expiresAt'],
    [{ minimumDaysRemaining: -1 }, '/minimumDaysRemaining'],
    [{ value: 'mine' }, '/value'],
    [{ 'a/b~c': 1 }, '/a~1b~0c'],
  ])('%j is refused at %s', async (body, pointer) => {
    const answer = await create(body);
    expect({ status: answer.status, code: answer.body.code }).toEqual({
      status: 422,
      code: 'invalid',
    });
    expect(answer.headers.get('content-type')).toMatch(/^application\/problem\+json/);
    expect(answer.body.errors).toEqual([expect.objectContaining({ pointer })]);
  });

  test('tells the audit which application and which secret it was', async () => {
    await removeAll();
    const { body } = await create({ name: 'Audited' });
    const [event] = await service.dataSource.query<unknown[]>(
      `select actor_id, actor_name, subject_id, address, detail from audit_events order by id desc limit 1`,
    );
    expect(event).toEqual({
      actor_id: null,
      actor_name: expect.stringMatching(
        /^Partner-NL-Matchpunt-SMC, secret “Machine \w+” \(\w{3}…\)$/,
      ),
      subject_id: body.id,
      address: '127.0.0.1',
      detail: {
        hint: body.hint,
        expiresAt: body.expiresAt,
        callerApplication: own.applicationId,
        callerSecret: own.secretId,
      },
    });
  });
});

describe('create before destroy', () => {
  test('creates only when the newest has no more days than that', async () => {
    await removeAll();
    service.clock.advance(1000);
    const newest = await create({ name: 'Newest', lastDay: '2027-01-10' });
    const enough = await create({ minimumDaysRemaining: 39 });
    const { value, ...metadata } = newest.body;
    expect(value).toBeDefined();
    expect([enough.status, enough.body]).toEqual([200, metadata]);
    const needed = await create({ minimumDaysRemaining: 40 });
    expect([needed.status, needed.body.name]).toEqual([201, 'Standard Key']);
  });

  test('two at once create one', async () => {
    await removeAll();
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`select 1 from applications where id = $1 for update`, [own.applicationId]);
    const both = [1, 2].map(() => create({ minimumDaysRemaining: 310 }));
    await waitingFor(runner, 2);
    await runner.commitTransaction();
    await runner.release();
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([200, 201]);
  });
});

describe('Idempotency-Key', () => {
  test('a retry is told of the orphan, and never the value', async () => {
    await removeAll();
    const key = { 'idempotency-key': 'cut-1' };
    const first = await create({ name: 'Cut' }, key);
    const retry = await create({ name: 'Cut' }, key);
    expect(retry.status).toBe(409);
    expect(retry.body).toMatchObject({
      code: 'secret_already_created',
      secret: { id: first.body.id, name: 'Cut', neverRetrieved: true },
    });
    expect(retry.headers.get('location')).toContain(first.body.id);
    expect(JSON.stringify(retry.body)).not.toContain(first.body.value);
    const stored = await service.dataSource.query<unknown[]>(
      `select row_to_json(k)::text from idempotency_keys k`,
    );
    expect(JSON.stringify(stored)).not.toContain(first.body.value);
    // The orphan does not count as a successor.
    expect((await create({ minimumDaysRemaining: 310 })).status).toBe(201);
  });

  test('another request with it is refused, and other applications have keys of their own', async () => {
    await removeAll();
    const key = { 'idempotency-key': 'shared' };
    expect((await create({ name: 'One' }, key)).status).toBe(201);
    expect((await create({ name: 'Two' }, key)).body.code).toBe('idempotency_key_reused');
    const theirs = await programs.call(
      foreign.token,
      'POST',
      secretsOf(foreign),
      { name: 'One' },
      key,
    );
    expect(theirs.status).toBe(201);
  });

  test('what was refused is judged anew; nothing made is nothing kept', async () => {
    await removeAll();
    const key = { 'idempotency-key': 'refused' };
    expect((await create({ name: '' }, key)).status).toBe(422);
    expect((await create({ minimumDaysRemaining: 1 }, key)).status).toBe(200);
    expect((await create({ name: 'Now' }, key)).status).toBe(201);
  });

  test.each(['', 'two words', 'x'.repeat(256), 'ü'])('%j is none', async (value) => {
    const answer = await create({}, { 'idempotency-key': value });
    expect([answer.status, answer.body.code]).toEqual([400, 'idempotency_key_invalid']);
  });

  test('of three at once one is made, and two are told of it', async () => {
    await removeAll();
    const runner = service.dataSource.createQueryRunner();
    await runner.startTransaction();
    await runner.query(`select 1 from applications where id = $1 for update`, [own.applicationId]);
    const calls = Array.from({ length: 3 }, () => create({}, { 'idempotency-key': 'race' }));
    await waitingFor(runner, 3);
    await runner.commitTransaction();
    await runner.release();
    const statuses = (await Promise.all(calls)).map(({ status }: Answer) => status);
    expect(statuses.sort()).toEqual([201, 409, 409]);
  });

  test('after a day it is forgotten', async () => {
    await removeAll();
    const key = { 'idempotency-key': 'old' };
    await create({ name: 'Old' }, key);
    await service.dataSource.query(
      `update idempotency_keys set created_at = created_at - interval '24 hours' where key = 'old'`,
    );
    expect((await create({ name: 'New' }, key)).status).toBe(201);
  });
});

describe('switching and deleting', () => {
  test('off and on again need the ETag of what was read', async () => {
    await removeAll();
    const made = await create({ name: 'Switch' });
    const path = `${secretsOf(own)}/${made.body.id}`;
    const etag = made.headers.get('etag')!;
    expect((await call('PATCH', path, { disabled: true })).body.code).toBe('precondition_required');
    const off = await call('PATCH', path, { disabled: true }, { 'if-match': etag });
    expect([off.status, off.body.state]).toEqual([200, 'off']);
    const stale = await call('PATCH', path, { disabled: false }, { 'if-match': etag });
    expect([stale.status, stale.body.code]).toEqual([412, 'precondition_failed']);
    expect(stale.headers.get('etag')).toBe(off.headers.get('etag'));
    const on = await call(
      'PATCH',
      path,
      { disabled: false },
      { 'if-match': stale.headers.get('etag')! },
    );
    expect([on.status, on.body.state]).toEqual([200, 'active']);
    expect((await call('DELETE', path, undefined, { 'if-match': '"old"' })).status).toBe(412);
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
    expect((await call('DELETE', path)).status).toBe(404);
  });

  test('the secret that the token was bought with can go; then so is the token', async () => {
    const { secretId, value } = await programs.secret(own.applicationId);
    const token = await programs.token(own.clientId, value);
    expect((await programs.call(token, 'DELETE', `${secretsOf(own)}/${secretId}`)).status).toBe(
      204,
    );
    expect((await programs.call(token, 'GET', secretsOf(own))).body.code).toBe('invalid_token');
  });
});

describe('another application', () => {
  test('does not exist, of another organisation or of the own one', async () => {
    const sibling = await programs.member(nlDm, ['secrets.manage']);
    for (const { applicationId, secretId } of [foreign, sibling]) {
      for (const [method, path, body, headers] of [
        ['GET', ''],
        ['POST', '', { name: 'Mine' }],
        ['GET', `/${secretId}`],
        ['PATCH', `/${secretId}`, { disabled: true }, { 'if-match': '*' }],
        ['DELETE', `/${secretId}`],
      ] as [string, string, unknown?, Record<string, string>?][]) {
        const answer = await call(
          method,
          `applications/${applicationId}/secrets${path}`,
          body,
          headers,
        );
        expect([method, path, answer.status]).toEqual([method, path, 404]);
      }
      // A mixed address: the own application, a foreign secret.
      for (const method of ['GET', 'DELETE']) {
        expect((await call(method, `${secretsOf(own)}/${secretId}`)).status).toBe(404);
      }
    }
  });

  test('is seen by IT, who still creates, switches and deletes nothing of it', async () => {
    const it = await programs.operator();
    const rows = await programs.call(it.token, 'GET', secretsOf(own));
    expect(rows.status).toBe(200);
    const path = `${secretsOf(own)}/${own.secretId}`;
    const ask = (method: string, at: string, body?: unknown) =>
      programs.call(it.token, method, at, body, { 'if-match': '*' });
    expect((await ask('POST', secretsOf(own), {})).status).toBe(404);
    expect((await ask('PATCH', path, { disabled: true })).status).toBe(404);
    expect((await ask('DELETE', path)).status).toBe(404);
  });
});

describe('the domains of a program’s own application', () => {
  const domains = () => `applications/${own.applicationId}/domains`;
  const shop = { host: 'WWW.Api.example:443', name: 'Shop', environment: 'live' };

  test('are added once per key, and found as they are', async () => {
    const key = { 'idempotency-key': 'shop' };
    const first = await call('POST', domains(), { ...shop, serverIps: ['192.0.2.9/24'] }, key);
    expect(first.status).toBe(201);
    expect(first.body).toMatchObject({
      ...{ host: 'api.example', allowLogin: false, allowApi: true, active: true },
      ...{ serverIps: ['192.0.2.0/24'], fallbackUri: null, callbacks: [], secretIds: [] },
    });
    const again = await call('POST', domains(), { ...shop, serverIps: ['192.0.2.9/24'] }, key);
    expect([again.status, again.body.id]).toEqual([201, first.body.id]);
    expect((await call('GET', domains())).body.items).toEqual([first.body]);
    const wrong = await call('POST', domains(), { ...shop, host: '127.0.0.1', fallbackUri: 'x' });
    expect(wrong.status).toBe(422);
    const places = (wrong.body.errors as unknown as { pointer: string }[]).map(
      ({ pointer }) => pointer,
    );
    expect(places.sort()).toEqual(['/fallbackUri', '/host']);
  });

  test('change as they were read, and lose what belongs to them', async () => {
    const made = await call('POST', domains(), { ...shop, host: 'change.example' });
    const path = `${domains()}/${made.body.id}`;
    const etag = made.headers.get('etag')!;
    const change = (body: unknown, tag: string) => call('PATCH', path, body, { 'if-match': tag });
    const changed = await change(
      { allowLogin: true, fallbackUri: 'https://change.example/' },
      etag,
    );
    expect(changed.body).toMatchObject({ name: 'Shop', allowLogin: true, active: true });
    expect((await change({ active: false }, etag)).status).toBe(412);
    expect((await call('PATCH', path, { active: false })).status).toBe(428);

    const url = 'https://change.example/in';
    const callback = await call('POST', `${path}/callbacks`, { url });
    expect((await call('POST', `${path}/callbacks`, { url: 'http://change.example' })).status).toBe(
      422,
    );
    const at = `${path}/callbacks/${callback.body.id}`;
    expect((await call('PATCH', at, { active: false })).body).toMatchObject({ url, active: false });
    expect((await call('PUT', `${path}/secrets/${own.secretId}`)).status).toBe(204);
    expect((await call('PUT', `${path}/secrets/${foreign.secretId}`)).status).toBe(404);
    const { body } = await call('GET', path);
    expect(body).toMatchObject({
      callbacks: [{ id: callback.body.id, url, active: false }],
      secretIds: [own.secretId],
    });
    expect((await call('DELETE', at)).status).toBe(204);
    expect((await call('DELETE', at)).status).toBe(404);
    expect((await call('DELETE', `${path}/secrets/${own.secretId}`)).status).toBe(204);
    expect((await call('GET', path)).body).toMatchObject({ callbacks: [], secretIds: [] });
    expect((await call('DELETE', path)).status).toBe(204);
    expect((await call('GET', path)).status).toBe(404);
  });
});
