import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { Audit, theService } from '../../src/audit/audit.service.js';
import { SigningKeys } from '../../src/oauth/signing-keys.service.js';
import { FixedClock } from '../../src/platform/clock.js';
import type { Config } from '../../src/platform/config/config.js';
import { keysOf } from '../../src/platform/config/load.js';
import { testConfig } from '../support/app.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const hour = 3_600_000;
const day = 24 * hour;

let database: TestDatabase;
const clock = new FixedClock(new Date('2026-12-01T09:00:00Z'));
const config = testConfig();
const instance = (keys = keysOf(config)) =>
  new SigningKeys(database.dataSource, keys, clock, new Audit(clock));
const kids = async (each: SigningKeys) => (await each.jwks()).keys.map(({ kid }) => kid);
const signing = async (each: SigningKeys) => (await each.current()).kid;

beforeAll(async () => {
  database = await createTestDatabase();
});
afterAll(() => database.drop());

describe('signing keys (T7)', () => {
  let one: SigningKeys;
  let two: SigningKeys;

  test('instances that start together make one key and agree on it', async () => {
    [one, two] = [instance(), instance()];
    await Promise.all([one.current(), two.current(), one.jwks(), two.refresh()]);
    expect(await kids(one)).toHaveLength(1);
    expect(await kids(two)).toEqual(await kids(one));
    expect(await signing(one)).toBe(await signing(two));
  });

  test('the next key is published two hours before it signs', async () => {
    const first = await signing(one);
    clock.advance(30 * day - 2 * hour - 1000);
    await one.refresh();
    expect(await kids(one)).toEqual([first]);
    clock.advance(1000);
    await one.refresh();
    expect(await kids(one)).toHaveLength(2);
    expect(await signing(one)).toBe(first);
    await two.refresh();
    expect(await kids(two)).toEqual(await kids(one));
    clock.advance(2 * hour - 1000);
    expect(await signing(one)).toBe(first);
    clock.advance(1000);
    expect(await signing(one)).not.toBe(first);
    expect(await signing(two)).toBe(await signing(one));
  });

  test('the old one is published until its last token has ended', async () => {
    const [old] = await kids(one);
    clock.advance(hour - 1000);
    expect(await kids(one)).toContain(old);
    expect(await one.publicKey(old!)).toBeDefined();
    clock.advance(1000);
    expect(await kids(one)).not.toContain(old);
    expect(await one.publicKey(old!)).toBeUndefined();
  });

  test('in the database they are sealed', async () => {
    const rows = await database.dataSource.query<{ row: string; sealed: Buffer }[]>(
      `select t::text as row, sealed_key as sealed from signing_keys t`,
    );
    expect(rows).toHaveLength(2);
    for (const { row, sealed } of rows) {
      expect(row).not.toContain('"d"');
      expect(sealed.toString('latin1')).not.toContain('PRIVATE KEY');
    }
  });

  test('by hand the next one is published at once, signs after two hours, and comes alone', async () => {
    const before = await signing(one);
    const [next, again] = await Promise.all([one.rotate(theService), two.rotate(theService)]);
    expect(next.kid).toBe(again.kid);
    expect([next.made, again.made].sort()).toEqual([false, true]);
    expect(next.signsFrom.getTime() - clock.now().getTime()).toBe(2 * hour);
    await one.refresh();
    expect(await kids(one)).toEqual([before, next.kid]);
    expect((await one.list()).map(({ state }) => state)).toEqual(['ended', 'signing', 'next']);
    expect(await signing(one)).toBe(before);
    clock.advance(2 * hour);
    expect([await signing(one), await signing(two)]).toEqual([next.kid, next.kid]);
    const events = await database.dataSource.query<{ id: string }[]>(
      `select subject_id as id from audit_events where action = 'signing_key.publish' order by id desc`,
    );
    expect(events).toHaveLength(3);
  });

  test('an instance that read nothing for long reads before it answers', async () => {
    const { kid } = await one.rotate(theService);
    clock.advance(10 * 60_000);
    expect(await kids(two)).toContain(kid);
    clock.advance(2 * hour);
    expect(await signing(two)).toBe(kid);
  });

  test('an instance that cannot read them refuses rather than sign with an old one', async () => {
    const { dataSource } = database;
    await one.refresh();
    await dataSource.query('alter table signing_keys rename to elsewhere');
    clock.advance(10 * 60_000 - 1);
    expect(await signing(one)).toEqual(expect.any(String));
    clock.advance(1);
    await expect(one.current()).rejects.toThrow();
    await expect(one.jwks()).rejects.toThrow();
    await dataSource.query('alter table elsewhere rename to signing_keys');
    expect(await signing(one)).toEqual(expect.any(String));
  });

  test('a key that this instance cannot open is published all the same', async () => {
    const newer = { ...config, ENCRYPTION_KEYS: `2:${randomBytes(32).toString('base64')}` };
    const rolledOut = instance(keysOf(Object.assign(Object.create(config) as Config, newer)));
    const { kid } = await rolledOut.rotate(theService);
    await two.refresh();
    expect(await kids(two)).toContain(kid);
    clock.advance(2 * hour);
    expect(await signing(rolledOut)).toBe(kid);
    await expect(two.current()).rejects.toThrow('cannot be opened');
  });

  test('after a pause of months there is a key at once, and the next signs after two hours', async () => {
    await database.dataSource.query('delete from signing_keys');
    const late = instance();
    const before = await signing(late);
    clock.advance(100 * day);
    await late.refresh();
    expect(await signing(late)).toBe(before);
    clock.advance(2 * hour);
    expect(await signing(late)).not.toBe(before);
  });
});
