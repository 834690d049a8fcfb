import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { CallLimit } from '../../src/usage/call-limit.service.js';
import { Usage } from '../../src/usage/usage.service.js';
import { Programs } from '../api/cast.js';
import { type Instance, startTestApp, type TestApp } from '../support/app.js';
import { waitingFor } from '../support/race.js';
import { HeaderCast, type HeaderProgram } from './header-cast.js';

const most = 7;

let service: TestApp;
let second: Instance;
let cast: HeaderCast;
let shop: HeaderProgram;
let trial: HeaderProgram;
beforeAll(async () => {
  service = await startTestApp({
    TRUSTED_PROXIES: '127.0.0.1,::1',
    HEADER_CALLS_PER_MINUTE: String(most),
  });
  second = await service.secondInstance();
  cast = new HeaderCast(service);
  shop = await cast.program('Partner-NL-Matchpunt-SMC', 'shop.example');
  trial = await cast.program('Partner-NL-Matchpunt-DM', 'trial.example', { environment: 'test' });
});
afterAll(async () => {
  await second.close();
  await service.close();
});

const nextMinute = () => service.clock.advance(60_000);
const verify = ({ headers }: HeaderProgram) =>
  cast.post('sign-token-verify', { token: 'x' }, headers);
const usage = (at: { app: TestApp['app'] } = service) => at.app.get(Usage, { strict: false });
const limit = (at: { app: TestApp['app'] } = service) => at.app.get(CallLimit, { strict: false });
const rows = () =>
  service.dataSource.query<object[]>(
    `select environment, route, day::text as day, count::int as count from usage_counts
     order by day, environment, route`,
  );

test('counts each call that was let in by domain, route, environment and day', async () => {
  await cast.start(shop);
  await verify(shop);
  await verify(shop);
  await verify(trial);
  // Not let in: of nobody, and from nowhere.
  await verify({ ...shop, headers: { ...shop.headers, 'x-client-secret': 'wrong' } });
  await verify({ ...shop, headers: { ...shop.headers, 'x-client-domain': 'other.example' } });
  expect(await rows()).toEqual([]);
  await usage().flush();
  service.clock.advance(86_400_000);
  await verify(shop);
  await usage().flush();
  await usage().flush();
  expect(await rows()).toEqual([
    { environment: 'live', route: 'sign-token', day: '2026-12-01', count: 1 },
    { environment: 'live', route: 'sign-token-verify', day: '2026-12-01', count: 2 },
    { environment: 'test', route: 'sign-token-verify', day: '2026-12-01', count: 1 },
    { environment: 'live', route: 'sign-token-verify', day: '2026-12-02', count: 1 },
  ]);
});

test('two instances that write at once lose nothing', async () => {
  await verify(shop);
  const there = usage(second);
  there.note({
    applicationId: shop.applicationId,
    domain: { id: shop.domainId, environment: 'live' },
    route: 'sign-token-verify',
    at: service.clock.now(),
  });
  const holder = service.dataSource.createQueryRunner();
  await holder.startTransaction();
  await holder.query('lock table usage_counts in share mode');
  const writes = [usage().flush(), there.flush()];
  await waitingFor(holder, 2);
  await holder.commitTransaction();
  await holder.release();
  await Promise.all(writes);
  expect((await rows()).at(-1)).toMatchObject({ day: '2026-12-02', count: 3 });
});

test('what cannot be written now is kept for the next time', async () => {
  await verify(shop);
  const holder = service.dataSource.createQueryRunner();
  await holder.startTransaction();
  await holder.query('lock table usage_counts in share mode');
  const writing = usage().flush();
  await waitingFor(holder, 1);
  await holder.query(
    `select pg_cancel_backend(pid) from pg_stat_activity
     where datname = current_database() and wait_event_type = 'Lock'`,
  );
  await writing;
  await holder.rollbackTransaction();
  await holder.release();
  await usage().flush();
  expect((await rows()).at(-1)).toMatchObject({ day: '2026-12-02', count: 4 });
});

test('an application is told how much is left, and then to wait (check 11)', async () => {
  nextMinute();
  for (let left = most - 1; left >= 0; left -= 1) {
    const { status, headers } = await verify(shop);
    expect([status, headers.get('ratelimit')]).toEqual([400, `"minute";r=${left};t=60`]);
    expect(headers.get('ratelimit-policy')).toBe(`"minute";q=${most};w=60`);
  }
  const over = await verify(shop);
  expect([over.status, over.body.code]).toEqual([429, 'rate_limited']);
  expect(over.headers.get('retry-after')).toBe('60');
  expect(over.headers.get('ratelimit')).toBe('"minute";r=0;t=60');
  // Nobody else is held up, and the next minute is a new one.
  expect((await verify(trial)).status).toBe(400);
  nextMinute();
  expect((await verify(shop)).status).toBe(400);
});

test('the calls of all instances count together, and survive a restart', async () => {
  nextMinute();
  const [here, there] = [limit(), limit(second)];
  const { applicationId } = shop;
  for (let call = 0; call < 4; call += 1) here.take(applicationId);
  for (let call = 0; call < 3; call += 1) there.take(applicationId);
  await here.share();
  await there.share();
  expect(there.take(applicationId)).toMatchObject({ left: 0, full: true });
  // One that has just started knows after its first second.
  const third = await service.secondInstance();
  const fresh = limit(third);
  expect(fresh.take(applicationId).full).toBe(false);
  await fresh.share();
  expect(fresh.take(applicationId).full).toBe(true);
  await third.close();
  // The one that came first learns of it when it tells again.
  expect(here.take(applicationId).full).toBe(false);
  await here.share();
  expect(here.take(applicationId).full).toBe(true);
});

test('its people see the calls as a picture and as lists; others see nothing', async () => {
  const anna = await service.signedIn('anna@matchpunt.example');
  const page = `/manage-api-credentials/${shop.applicationId}`;
  await anna.get(page);
  expect(anna.page.text).toContain(`href="${page}/usage"`);
  await anna.get(`${page}/usage`);
  expect(anna.page.status).toBe(200);
  expect(anna.words).toContain('7 calls');
  expect(anna.words).toContain('shop.example Live /api/sign-token-verify 6 86 %');
  expect(anna.words).toContain('Wed 2 December 2026 4 0');
  await anna.get(`${page}/usage?days=nonsense`);
  expect(anna.page.status).toBe(200);
  const grace = await service.signedIn('grace@lanetrust.example');
  await grace.get(`${page}/usage`);
  expect(grace.page.status).toBe(404);
});

test('a program reads its own counts', async () => {
  const programs = new Programs(service);
  const { token } = await programs.member('Partner-NL-Matchpunt-SMC', ['secrets.read']);
  const path = (id: string) => `applications/${id}/usage?days=2`;
  const answer = await programs.call(token, 'GET', path(shop.applicationId));
  expect(answer.status).toBe(200);
  expect(answer.body.lines).toContainEqual({
    ...{ day: '2026-12-02', domainId: shop.domainId, host: 'shop.example' },
    ...{ environment: 'live', route: 'sign-token-verify', calls: 4 },
  });
  const others = await programs.call(token, 'GET', path(trial.applicationId));
  expect(others.status).toBe(404);
});
