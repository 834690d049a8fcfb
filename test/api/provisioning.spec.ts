import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/app.js';
import { type Program, Programs } from './cast.js';
import { makeThings, newOrganisation, type Things } from './valid-calls.js';

let service: TestApp;
let programs: Programs;
let it: Program;
let things: Things;

beforeAll(async () => {
  service = await startTestApp({ API_CALLS_PER_MINUTE: '200' });
  programs = new Programs(service);
  it = await programs.operator();
  things = await makeThings(programs, it, it);
});
afterAll(() => service.close());

const ask = (method: string, path: string, body?: unknown, headers?: Record<string, string>) =>
  programs.call(it.token, method, path, body, headers);

describe('an organisation', () => {
  test('is created once per key, and the same answer comes again', async () => {
    const wish = newOrganisation();
    const key = { 'idempotency-key': 'organisation-1' };
    const first = await ask('POST', 'organisations', wish, key);
    const again = await ask('POST', 'organisations', wish, key);
    expect(first.status).toBe(201);
    expect([again.status, again.body]).toEqual([201, first.body]);
    expect(again.headers.get('idempotency-replayed')).toBe('true');
    expect(again.headers.get('location')).toBe(first.headers.get('location'));
    expect(again.headers.get('etag')).toBe(first.headers.get('etag'));
    const list = await ask('GET', `organisations?slug=${wish.slug.toUpperCase()}`);
    expect(list.body.items).toHaveLength(1);
  });

  test('is changed in parts, by whoever read it last', async () => {
    const made = await ask('POST', 'organisations', { ...newOrganisation(), ion: '0042' });
    const path = `organisations/${made.body.id}`;
    const etag = { 'if-match': made.headers.get('etag')! };
    const changed = await ask('PATCH', path, { name: 'Another name' }, etag);
    expect(changed.body).toEqual({ ...made.body, name: 'Another name' });
    const late = await ask('PATCH', path, { name: 'Too late' }, etag);
    expect([late.status, late.body.code]).toEqual([412, 'precondition_failed']);
    const cleared = await ask('PATCH', path, { ion: null }, { 'if-match': '*' });
    expect(cleared.body).toMatchObject({ ion: null, name: 'Another name' });
  });

  test('is refused with all that is wrong at once', async () => {
    const answer = await ask('POST', 'organisations', {
      country: 'UK',
      name: ' ',
      slug: 'a b',
      ion: '42',
    });
    expect(answer.status).toBe(422);
    expect(answer.body.errors.map(({ pointer }) => pointer).sort()).toEqual([
      '/country',
      '/ion',
      '/name',
      '/slug',
    ]);
  });
});

describe('applications, people and roles', () => {
  test('ids in the body that lead to nothing are told at their member', async () => {
    const nothing = '00000000-0000-4000-8000-000000000000';
    const confirmation = { confirmedBy: 'Board', confirmedOn: '2026-12-01' };
    for (const [path, body, pointer] of [
      ['applications', { organisationId: nothing, apiCode: 'SMC' }, '/organisationId'],
      ['applications', { organisationId: things.organisation, apiCode: 'XX' }, '/apiCode'],
      ['users', { organisationId: nothing, email: 'a@example.org', name: 'A' }, '/organisationId'],
      ['roles', { userId: nothing, role: 'org_admin', ...confirmation }, '/userId'],
      [
        'roles',
        {
          userId: things.user,
          role: 'credential_manager',
          applicationId: nothing,
          ...confirmation,
        },
        '/applicationId',
      ],
    ] as const) {
      const answer = await ask('POST', path, body);
      expect([path, answer.status, answer.body.errors?.[0]?.pointer]).toEqual([path, 422, pointer]);
    }
  });

  test('a person of another organisation gets no role, the same role comes once', async () => {
    const [other] = await service.dataSource.query<{ id: string }[]>(
      `select id from applications where name = 'Partner-NL-Matchpunt-SMC'`,
    );
    const wish = {
      userId: things.user,
      role: 'credential_manager',
      confirmedBy: 'Board',
      confirmedOn: '2026-12-01',
    };
    const foreign = await ask('POST', 'roles', { ...wish, applicationId: other!.id });
    expect([foreign.status, foreign.body.code]).toEqual([409, 'conflict']);
    const own = { ...wish, applicationId: things.application, lastDay: '2027-01-31' };
    const given = await ask('POST', 'roles', own);
    expect(given.body).toMatchObject({ endsAt: '2027-02-01T00:00:00.000Z' });
    expect((await ask('POST', 'roles', own)).status).toBe(409);
    const path = `roles?applicationId=${things.application}`;
    expect((await ask('GET', path)).body.items.map(({ id }) => id)).toEqual([given.body.id]);
    expect((await ask('DELETE', `roles/${given.body.id}`)).status).toBe(204);
    expect((await ask('GET', path)).body.items).toEqual([]);
  });

  test('an invitation is mailed once, also when the request is repeated', async () => {
    const body = { organisationId: things.organisation, email: 'Neu@Example.org', name: 'Neu' };
    const key = { 'idempotency-key': 'invite-1' };
    const first = await ask('POST', 'users', body, key);
    expect(first.body).toMatchObject({ email: 'neu@example.org', state: 'invited' });
    expect((await ask('POST', 'users', body, key)).body).toEqual(first.body);
    const mails = await service.dataSource.query<unknown[]>(
      `select 1 from mails where to_address = 'neu@example.org'`,
    );
    expect(mails).toHaveLength(1);
    expect((await ask('POST', 'users', body)).body.errors[0]!.pointer).toBe('/email');
    const renamed = (headers: Record<string, string>) =>
      ask('PATCH', `users/${first.body.id}`, { name: 'New Name' }, headers);
    expect((await renamed({})).status).toBe(428);
    const { etag } = Object.fromEntries(first.headers);
    expect((await renamed({ 'if-match': etag! })).body.name).toBe('New Name');
    expect((await renamed({ 'if-match': etag! })).status).toBe(412);
    const closed = await ask('POST', `users/${first.body.id}/close`);
    expect(closed.body.state).toBe('closed');
    expect((await ask('POST', `users/${first.body.id}/close`)).body).toEqual(closed.body);
    expect((await ask('POST', `users/${first.body.id}/invitation`)).status).toBe(404);
    expect((await renamed({ 'if-match': '*' })).status).toBe(409);
  });

  test('a grant of another API is refused in words', async () => {
    const { items } = (await ask('GET', 'resources?apiCode=DM')).body;
    const answer = await ask(
      'PUT',
      `applications/${things.application}/grants/${items[0]!.id}`,
      {},
    );
    expect([answer.status, answer.body.code]).toEqual([409, 'conflict']);
  });

  test('a disabled application is told to its programs as an invalid token', async () => {
    const [row] = await service.dataSource.query<{ id: string }[]>(
      `select id from applications where name = 'Partner-GB-LaneTrust-SMC'`,
    );
    const member = await programs.member('Partner-GB-LaneTrust-SMC', ['secrets.manage']);
    const path = `applications/${row!.id}`;
    const etag = (await ask('GET', path)).headers.get('etag')!;
    const off = await ask('PATCH', path, { disabled: true }, { 'if-match': etag });
    expect(off.body.disabledAt).not.toBeNull();
    expect((await programs.call(member.token, 'GET', 'self')).body.code).toBe('invalid_token');
    const on = await ask('PATCH', path, { disabled: false }, { 'if-match': '*' });
    expect(on.headers.get('etag')).toBe(etag);
    expect((await programs.call(member.token, 'GET', 'self')).status).toBe(200);
  });
});

test('the forecast is that of the reminders, for all or for a part', async () => {
  const all = await ask('GET', 'forecast?days=60');
  const mails = all.body.mails as { recipient: { address: string } | null; secrets: unknown[] }[];
  expect(mails.length).toBeGreaterThan(10);
  const some = await ask('GET', `forecast?days=60&organisationId=${things.organisation}`);
  expect(some.body.mails).toEqual([]);
});

// Last: it uses up the calls of this minute.
test('an application that calls too often waits, and others do not', async () => {
  let answer = await ask('GET', 'self');
  while (answer.status === 200) answer = await ask('GET', 'self');
  expect([answer.status, answer.body.code]).toEqual([429, 'too_many']);
  expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
  const other = await programs.member('Partner-NL-Matchpunt-DM', ['secrets.read']);
  expect((await programs.call(other.token, 'GET', 'self')).status).toBe(200);
  service.clock.advance(60_000);
  expect((await ask('GET', 'self')).status).toBe(200);
});
