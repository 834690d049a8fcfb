import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { FloodLimits } from '../../src/platform/limits/flood-limits.js';
import { Refusals } from '../../src/secrets/refusals.service.js';
import { startTestApp, type TestApp } from '../support/app.js';
import { askToken, type Credentials, introspect } from '../support/machine.js';

const perClient = 20;
const perAddress = 50;

let service: TestApp;
let good: Credentials;
let expired: Credentials;

beforeAll(async () => {
  service = await startTestApp({
    REFUSED_PER_CLIENT: String(perClient),
    REFUSED_PER_ADDRESS: String(perAddress),
  });
  good = secretOf('Search server');
  expired = secretOf('Donor upload, last year');
});
afterAll(() => service.close());

function secretOf(name: string): Credentials {
  return service.world.secrets.find((each) => each.name === name)!;
}

const wrong = (clientId = good.clientId): Credentials => ({
  clientId,
  value: good.value.replace(/.{6}$/, 'zzzzzz'),
});

const scope = { scope: 'match-connect' };

function attempts(): Promise<{ key: string; count: number }[]> {
  return service.dataSource.query(`select key, count from attempts where key like 'flood %'`);
}

function tally(statuses: number[]): Record<number, number> {
  const counts: Record<number, number> = {};
  for (const status of statuses) counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

/** The minute is over, and with it every count. */
function aMinuteLater(): void {
  service.clock.advance(60_000);
}

describe('a flood of wrong secrets', () => {
  test('for one client ID is counted by all instances together, also when it comes at once', async () => {
    const second = await service.secondInstance();
    const flood = await Promise.all(
      Array.from({ length: 60 }, (_, number) =>
        askToken(number % 2 ? service.url : second.url, wrong(), scope),
      ),
    );
    expect(tally(flood.map(({ status }) => status))).toEqual({ 401: perClient, 429: 40 });
    const told = flood.find(({ status }) => status === 429)!;
    expect(told.body).toEqual({ error: 'slow_down', error_description: expect.any(String) });
    expect(told.headers.get('retry-after')).toBe('60');
    expect(told.headers.get('cache-control')).toBe('no-store');
    expect(told.headers.has('www-authenticate')).toBe(false);
    await second.close();
  });

  test('does not lock the real client out, neither there nor at introspection', async () => {
    const [given, ...others] = await Promise.all(
      Array.from({ length: 10 }, () => askToken(service.url, good, scope)),
    );
    expect(tally([given!, ...others].map(({ status }) => status))).toEqual({ 200: 10 });
    const token = given!.body.access_token as string;
    expect((await introspect(service.url, good, token)).body.active).toBe(true);
    expect((await introspect(service.url, wrong(), token)).status).toBe(429);
  });

  test('is not forgotten by a restart, and over after a minute', async () => {
    const restarted = await service.secondInstance();
    service.clock.advance(59_000);
    const still = await askToken(restarted.url, wrong(), scope);
    expect([still.status, still.headers.get('retry-after')]).toEqual([429, '1']);
    service.clock.advance(1000);
    for (const url of [restarted.url, service.url]) {
      expect((await askToken(url, wrong(), scope)).status).toBe(401);
    }
    await restarted.close();
  });

  test('from one address is limited whatever client IDs it names', async () => {
    aMinuteLater();
    const flood = [];
    for (let number = 0; number < 60; number++) {
      const clientId = number % 3 ? randomUUID() : `nobody ${number}`;
      flood.push((await askToken(service.url, wrong(clientId), scope)).status);
    }
    expect(tally(flood)).toEqual({ 401: perAddress, 429: 10 });
    expect((await askToken(service.url, good, scope)).status).toBe(200);
  });

  test('looks the same for every reason, and its owner hears of the secrets that were good', async () => {
    aMinuteLater();
    const flush = () => service.app.get(Refusals, { strict: false }).flush();
    await flush();
    await service.dataSource.query(`delete from refused_calls`);
    const each = (as: Credentials) => askToken(service.url, as);
    const tries = Array.from({ length: 25 }, (_, number) =>
      each(number % 5 ? wrong(expired.clientId) : expired),
    );
    const answers = await Promise.all(tries);
    expect(tally(answers.map(({ status }) => status))).toEqual({ 401: perClient, 429: 5 });
    expect((await each(expired)).status).toBe(429);
    await flush();
    const reasons = await service.dataSource.query<{ reason: string; count: number }[]>(
      `select reason, count(*)::int as count from refused_calls group by reason`,
    );
    const known = Object.fromEntries(reasons.map(({ reason, count }) => [reason, count]));
    expect(known.expired).toBe(6);
    expect(known.wrong_secret).toBeLessThanOrEqual(perClient);
  });

  test('costs no statement once it is known, and a good call none at all', async () => {
    const before = await attempts();
    for (let number = 0; number < 5; number++) {
      expect((await askToken(service.url, wrong(expired.clientId))).status).toBe(429);
      expect((await askToken(service.url, good, scope)).status).toBe(200);
    }
    expect(await attempts()).toEqual(before);
  });

  test('leaves no rows behind', async () => {
    expect(await attempts()).not.toEqual([]);
    aMinuteLater();
    await service.app.get(FloodLimits, { strict: false }).forgetOld();
    expect(await attempts()).toEqual([]);
  });
});
