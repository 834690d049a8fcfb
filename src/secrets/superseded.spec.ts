import { describe, expect, test } from '@jest/globals';
import { isSuperseded, type Usage } from './superseded.js';

const now = new Date('2027-06-03T12:00:00Z');
const day = (text: string) => new Date(`2027-${text}T00:00:00Z`);
const hour = (text: string, hours: number) => new Date(day(text).getTime() + hours * 3_600_000);
/** In use since before the old one's last use, and until now. */
const busy = { lastUsedAt: now };

const old: Usage = {
  createdAt: day('01-10'),
  expiresAt: day('07-01'),
  firstUsedAt: day('01-11'),
  lastUsedAt: day('05-20'),
  disabledAt: null,
  deletedAt: null,
};
/** Created later, ends later, used later. */
const newer: Usage = {
  createdAt: day('05-15'),
  expiresAt: day('12-01'),
  firstUsedAt: day('05-30'),
  lastUsedAt: day('06-01'),
  disabledAt: null,
  deletedAt: null,
};

describe('a secret is replaced (M7)', () => {
  test.each([
    ['when a newer one has been used since', {}, {}],
    ['when it was never used itself', { lastUsedAt: null }, {}],
    [
      'when it was used a millisecond before the newer one',
      { lastUsedAt: new Date(day('06-01').getTime() - 1) },
      {},
    ],
    [
      'when the newer one ends a millisecond later',
      {},
      { expiresAt: new Date(day('07-01').getTime() + 1) },
    ],
    [
      'when the newer one was created a millisecond later',
      {},
      { createdAt: new Date(day('01-10').getTime() + 1) },
    ],
    [
      'when it was used a moment ago, and the newer one for the first time since then',
      { lastUsedAt: hour('06-03', 8) },
      { firstUsedAt: hour('06-03', 9), lastUsedAt: hour('06-03', 9) },
    ],
    [
      'when the newer one was used since, and its first use is not known',
      { lastUsedAt: hour('06-03', 8) },
      { firstUsedAt: null, lastUsedAt: hour('06-03', 9) },
    ],
    [
      'when it was used after the newer one began, 36 hours ago',
      { lastUsedAt: day('06-02') },
      busy,
    ],
    ['when it is off itself', { disabledAt: day('06-02') }, {}],
  ])('%s', (_, ofOld, ofNewer) => {
    expect(isSuperseded({ ...old, ...ofOld }, [{ ...newer, ...ofNewer }], now)).toBe(true);
  });

  test.each([
    ['when the newer one was never used: creating one stops nothing', {}, { lastUsedAt: null }],
    ['when neither was ever used', { lastUsedAt: null }, { lastUsedAt: null }],
    ['when it was used again', { lastUsedAt: day('06-02') }, {}],
    [
      'when both are in use, whichever was used last',
      { lastUsedAt: hour('06-03', 8) },
      { lastUsedAt: hour('06-03', 9) },
    ],
    [
      'when it was used after the newer one began, a millisecond less than 36 hours ago',
      { lastUsedAt: new Date(day('06-02').getTime() + 1) },
      busy,
    ],
    [
      'when it was used at the instant of the first use of the newer one',
      { lastUsedAt: hour('06-03', 9) },
      { firstUsedAt: hour('06-03', 9), lastUsedAt: hour('06-03', 10) },
    ],
    ['when both were used at the same instant', { lastUsedAt: day('06-01') }, {}],
    ['when the other one is older', {}, { createdAt: day('01-09') }],
    ['when both were created together', {}, { createdAt: day('01-10') }],
    ['when the newer one ends earlier', {}, { expiresAt: day('06-30') }],
    ['when both end together', {}, { expiresAt: day('07-01') }],
    ['when the newer one is off', {}, { disabledAt: day('06-02') }],
    ['when the newer one is deleted', {}, { deletedAt: day('06-02') }],
  ])('not %s', (_, ofOld, ofNewer) => {
    expect(isSuperseded({ ...old, ...ofOld }, [{ ...newer, ...ofNewer }], now)).toBe(false);
  });

  test('not when the newer one has expired as well', () => {
    expect(isSuperseded(old, [newer], day('11-30'))).toBe(true);
    expect(isSuperseded(old, [newer], day('12-01'))).toBe(false);
  });

  test('not by itself', () => {
    expect(isSuperseded(newer, [newer], now)).toBe(false);
  });

  test('not without another one', () => {
    expect(isSuperseded(old, [], now)).toBe(false);
  });

  test('by one of several: the others do not matter', () => {
    const unused = { ...newer, lastUsedAt: null };
    expect(isSuperseded(old, [unused, newer, old], now)).toBe(true);
    expect(isSuperseded(old, [unused, { ...newer, deletedAt: day('06-02') }], now)).toBe(false);
  });

  test('never both of two', () => {
    expect(isSuperseded(old, [newer], now)).toBe(true);
    expect(isSuperseded(newer, [old], now)).toBe(false);
  });
});
