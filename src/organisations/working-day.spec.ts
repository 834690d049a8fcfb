import { describe, expect, test } from '@jest/globals';
import { speaking } from '../platform/language/speaking.js';
import type { UtcDay } from '../platform/utc-day.js';
import { dayOff, workingDayBefore } from './working-day.js';

const named = (en: string, de = en) => ({ en, nl: en, de, fr: en, es: en });

const calendar = {
  weekend: [6, 7],
  holidays: new Map([
    ['2027-12-25', named('Christmas Day', 'Weihnachten')],
    ['2027-12-27', named('Christmas Day (substitute day)')],
    ['2027-12-28', named('Boxing Day (substitute day)')],
  ] as [UtcDay, ReturnType<typeof named>][]),
};

describe('a day on which few people work', () => {
  test.each<[string, string, object | undefined]>([
    ['a Friday', '2027-11-26', undefined],
    ['a Saturday', '2027-11-27', { kind: 'weekend' }],
    ['a Sunday', '2027-11-28', { kind: 'weekend' }],
    ['a Monday', '2027-11-29', undefined],
    ['a holiday', '2027-12-27', { kind: 'holiday', name: 'Christmas Day (substitute day)' }],
    ['a holiday on a Saturday', '2027-12-25', { kind: 'holiday', name: 'Christmas Day' }],
  ])('%s', (_, day, expected) => {
    expect(dayOff(day as UtcDay, calendar)).toEqual(expected);
  });

  test('is named in the language of the reader', () => {
    const off = speaking('de', () => dayOff('2027-12-25' as UtcDay, calendar));
    expect(off).toEqual({ kind: 'holiday', name: 'Weihnachten' });
  });

  test('where the week ends on Friday and Saturday', () => {
    const other = { weekend: [5, 6], holidays: new Map() };
    expect(dayOff('2027-11-26' as UtcDay, other)).toEqual({ kind: 'weekend' });
    expect(dayOff('2027-11-28' as UtcDay, other)).toBeUndefined();
  });
});

describe('the working day before', () => {
  test.each<[string, string, string, string | undefined]>([
    ['of a Sunday', '2027-11-28', '2027-01-01', '2027-11-26'],
    ['over holidays and a weekend', '2027-12-28', '2027-01-01', '2027-12-24'],
    ['of a working day', '2027-11-26', '2027-01-01', '2027-11-25'],
    ['the earliest day itself', '2027-11-28', '2027-11-26', '2027-11-26'],
    ['none from the earliest day on', '2027-11-28', '2027-11-27', undefined],
    ['none before the earliest day', '2027-11-27', '2027-11-27', undefined],
  ])('%s', (_, day, earliest, expected) => {
    expect(workingDayBefore(day as UtcDay, earliest as UtcDay, calendar)).toBe(expected);
  });
});
