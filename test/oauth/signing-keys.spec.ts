import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { SigningKeys } from '../../src/oauth/signing-keys.service.js';
import { FixedClock } from '../../src/platform/clock.js';
import { keysOf } from '../../src/platform/config/load.js';
import { testConfig } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const hour = 3_600_000;
const day = 24 * hour;

let database: TestDatabase;
const clock = new FixedClock(new Date('2026-12-01T09:00:00Z'));
const keys = keysOf(testConfig());
const instance = () => new SigningKeys(database.dataSource, keys, clock);
const kids = (each: SigningKeys) => each.jwks().keys.map(({ kid }) => kid);

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('signing keys (T7)', () => {
  let one: SigningKeys;
  let two: SigningKeys;

  test('instances that start together make one key and agree on it', async () => {
    [one, two] = [instance(), instance()];
    await Promise.all([one.rotateWhenDue(), two.rotateWhenDue()]);
    expect(kids(one)).toHaveLength(1);
    expect(kids(two)).toEqual(kids(one));
    expect(one.current().kid).toBe(two.current().kid);
  });

  test('the next key is published two hours before it signs', async () => {
    const first = one.current().kid;
    clock.advance(30 * day - 2 * hour - 1000);
    await one.rotateWhenDue();
    expect(kids(one)).toEqual([first]);
    clock.advance(1000);
    await one.rotateWhenDue();
    expect(kids(one)).toHaveLength(2);
    expect(one.current().kid).toBe(first);
    await two.rotateWhenDue();
    expect(kids(two)).toEqual(kids(one));
    clock.advance(2 * hour - 1000);
    expect(one.current().kid).toBe(first);
    clock.advance(1000);
    expect(one.current().kid).not.toBe(first);
    expect(two.current().kid).toBe(one.current().kid);
  });

  test('the old one is published until its last token has ended', () => {
    const [old] = kids(one);
    clock.advance(hour - 1000);
    expect(kids(one)).toContain(old);
    clock.advance(1000);
    expect(kids(one)).not.toContain(old);
    expect(one.byId(String(old))).toBeUndefined();
  });

  test('in the database they are sealed', async () => {
    const rows = await database.dataSource.query<{ row: string; sealed: Buffer }[]>(
      `select t::text as row, sealed_key as sealed from signing_keys t`,
    );
    for (const { row, sealed } of rows) {
      expect(row).not.toContain('"d"');
      expect(sealed.toString('latin1')).not.toContain('PRIVATE KEY');
    }
  });

  test('after a pause of months there is a key at once, and it signs after two hours', async () => {
    clock.advance(100 * day);
    await one.rotateWhenDue();
    const before = one.current().kid;
    clock.advance(2 * hour);
    expect(one.current().kid).not.toBe(before);
  });
});
