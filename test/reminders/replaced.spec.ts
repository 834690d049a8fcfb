import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { Reminders } from '../../src/reminders/reminders.service.js';
import { Secret } from '../../src/secrets/secret.entity.js';
import { SecretUses } from '../../src/secrets/uses.service.js';
import { newValue } from '../../src/secrets/value.js';
import { startTestApp, type TestApp } from '../support/app.js';

let service: TestApp;
beforeAll(async () => (service = await startTestApp({}, '2026-12-01T06:00:00Z')));
afterAll(() => service.close());

const hours = (count: number) => count * 3_600_000;

/** A token call, as a system makes it. */
async function use({ clientId, value }: { clientId: string; value: string }): Promise<void> {
  const response = await fetch(`${service.url}/oauth2/token`, {
    method: 'POST',
    body: new URLSearchParams({
      grant_type: 'client_credentials',
      client_id: clientId,
      client_secret: value,
      resource: 'https://data-manager.api.example.org',
    }),
  });
  expect(response.status).toBe(200);
  await service.app.get(SecretUses).flush();
}

/** Is there a mail about this secret in the run of the next morning? */
async function mailedNextMorning(secretId: string): Promise<boolean> {
  service.clock.advance(hours(24));
  service.mailer.sent.splice(0);
  await service.app.get(Reminders).run({ force: true });
  return service.mailer.sent.some(({ headers = [] }) =>
    headers.some(({ value }) => value.startsWith(secretId)),
  );
}

test('a secret is replaced by use, not by creation, and comes back by use (M7)', async () => {
  const { dataSource, clock, platform, world } = service;
  const secrets = dataSource.getRepository(Secret);
  const { clientId } = world.secrets.find(({ name }) => name === 'Donor upload')!;
  const model = await secrets.findOneByOrFail({ name: 'Donor upload' });
  const inAWeek = new Date(Date.UTC(2026, 11, 9));
  const make = async (name: string, createdAt: Date, expiresAt: Date) => {
    const value = newValue();
    const row = {
      ...model,
      id: randomUUID(),
      name,
      hint: value.slice(0, 3),
      ...platform.keys.digest('secret', value),
      createdAt,
      expiresAt,
      firstUsedAt: null,
      lastUsedAt: null,
    };
    await secrets.insert(row);
    return { ...row, clientId, value };
  };
  const old = await make('Old', new Date(inAWeek.getTime() - hours(24 * 100)), inAWeek);
  await use(old);
  expect(await mailedNextMorning(old.id)).toBe(true);
  const newer = await make('Newer', clock.now(), new Date(inAWeek.getTime() + hours(24 * 200)));
  expect(await mailedNextMorning(old.id)).toBe(true);
  clock.advance(1_000);
  await use(newer);
  expect(await mailedNextMorning(old.id)).toBe(false);
  // Both are in use: nobody can say that the old one is not needed, for a day and a half.
  await use(old);
  clock.advance(1_000);
  await use(newer);
  expect(await mailedNextMorning(old.id)).toBe(true);
  expect(await mailedNextMorning(old.id)).toBe(false);
  await use(old);
  expect(await mailedNextMorning(old.id)).toBe(true);
  await secrets.update({ id: old.id }, { deletedAt: clock.now() });
  expect(await mailedNextMorning(old.id)).toBe(false);
});
