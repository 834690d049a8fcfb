import { describe, expect, test } from '@jest/globals';
import { isLive, secretState } from './state.js';

const now = new Date('2027-06-03T12:00:00Z');
const earlier = new Date('2027-06-01T00:00:00Z');
const active = {
  expiresAt: new Date('2027-12-01T00:00:00Z'),
  disabledAt: null,
  deletedAt: null,
  superseded: false,
};
const soon = { expiresAt: new Date('2027-06-10T00:00:00Z') };
const over = { expiresAt: now };
const off = { disabledAt: earlier };
const deleted = { deletedAt: earlier };
const superseded = { superseded: true };

describe('the state of a secret (S11)', () => {
  test.each([
    ['nothing special', {}, 'active'],
    ['ends within a month', soon, 'expiring'],
    ['a newer one is in use', superseded, 'superseded'],
    ['a newer one is in use, ends within a month', { ...superseded, ...soon }, 'superseded'],
    ['off', off, 'off'],
    ['off, ends within a month', { ...off, ...soon }, 'off'],
    ['off, a newer one is in use', { ...off, ...superseded }, 'off'],
    ['over', over, 'expired'],
    ['over, off', { ...over, ...off }, 'expired'],
    ['over, off, a newer one is in use', { ...over, ...off, ...superseded }, 'expired'],
    ['deleted', deleted, 'deleted'],
    ['deleted, over', { ...deleted, ...over }, 'deleted'],
    ['all at once', { ...deleted, ...over, ...off, ...superseded }, 'deleted'],
  ])('%s: %s', (_, facts, expected) => {
    expect(secretState({ ...active, ...facts }, now)).toBe(expected);
  });

  test.each([
    ['31 January, last day 27 February', '2027-01-31', '2027-02-27', 'expiring'],
    ['31 January, last day 28 February', '2027-01-31', '2027-02-28', 'active'],
    ['28 January, last day 27 February', '2027-01-28', '2027-02-27', 'expiring'],
    ['28 January, last day 28 February', '2027-01-28', '2027-02-28', 'active'],
    ['31 January of a leap year, last day 28 February', '2028-01-31', '2028-02-28', 'expiring'],
    ['31 January of a leap year, last day 29 February', '2028-01-31', '2028-02-29', 'active'],
    ['28 February, last day 27 March', '2027-02-28', '2027-03-27', 'expiring'],
    ['28 February, last day 28 March', '2027-02-28', '2027-03-28', 'active'],
    ['15 June, last day 14 July', '2027-06-15', '2027-07-14', 'expiring'],
    ['15 June, last day 15 July', '2027-06-15', '2027-07-15', 'active'],
    ['31 December, last day 30 January', '2026-12-31', '2027-01-30', 'expiring'],
    ['31 December, last day 31 January', '2026-12-31', '2027-01-31', 'active'],
    ['on its last day', '2027-06-15', '2027-06-15', 'expiring'],
  ])('on %s: %s', (_, today, lastDay, expected) => {
    const expiresAt = new Date(Date.parse(lastDay) + 24 * 3_600_000);
    for (const time of ['00:00:00.000', '12:00:00.000', '23:59:59.999']) {
      const instant = new Date(`${today}T${time}Z`);
      expect(secretState({ ...active, expiresAt }, instant)).toBe(expected);
    }
  });

  test('an end during its last day counts by the day, too', () => {
    const secret = { ...active, expiresAt: new Date('2027-07-03T09:00:00Z') };
    expect(secretState(secret, new Date('2027-06-03T23:00:00Z'))).toBe('active');
    expect(secretState(secret, new Date('2027-06-04T00:00:00Z'))).toBe('expiring');
  });
});

describe('a secret works', () => {
  const before = new Date(now.getTime() + 1);
  test.each([
    ['until a millisecond before its end', { expiresAt: before }, true],
    ['not at its end', over, false],
    ['not when it is off', off, false],
    ['not when it is deleted', deleted, false],
  ])('%s', (_, facts, expected) => {
    expect(isLive({ ...active, ...facts }, now)).toBe(expected);
  });
});
