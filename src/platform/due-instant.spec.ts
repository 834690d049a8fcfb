import { describe, expect, test } from '@jest/globals';
import { dueInstant, isZone } from './due-instant.js';
import { addDays, type UtcDay, utcDay } from './utc-day.js';

const day = (text: string) => text as UtcDay;

describe('when the run of a UTC day is due (M4)', () => {
  test.each([
    ['UTC', '2027-01-15', 7, 'UTC', '2027-01-15T07:00:00.000Z'],
    ['UTC at midnight', '2027-01-15', 0, 'UTC', '2027-01-15T00:00:00.000Z'],
    ['UTC, the last hour', '2027-01-15', 23, 'UTC', '2027-01-15T23:00:00.000Z'],
    ['Amsterdam in winter', '2027-01-15', 7, 'Europe/Amsterdam', '2027-01-15T06:00:00.000Z'],
    ['Amsterdam in summer', '2027-07-15', 7, 'Europe/Amsterdam', '2027-07-15T05:00:00.000Z'],
    [
      'Amsterdam, the day before summer time',
      '2027-03-27',
      7,
      'Europe/Amsterdam',
      '2027-03-27T06:00:00.000Z',
    ],
    [
      'Amsterdam, the day it begins',
      '2027-03-28',
      7,
      'Europe/Amsterdam',
      '2027-03-28T05:00:00.000Z',
    ],
    ['Amsterdam, the day it ends', '2027-10-31', 7, 'Europe/Amsterdam', '2027-10-31T06:00:00.000Z'],
    ['Amsterdam, the day after', '2027-11-01', 7, 'Europe/Amsterdam', '2027-11-01T06:00:00.000Z'],
    [
      'Amsterdam at midnight, which is late in the UTC day',
      '2027-01-15',
      0,
      'Europe/Amsterdam',
      '2027-01-15T23:00:00.000Z',
    ],
    ['New York in winter', '2027-01-15', 7, 'America/New_York', '2027-01-15T12:00:00.000Z'],
    ['New York in summer', '2027-07-15', 7, 'America/New_York', '2027-07-15T11:00:00.000Z'],
    [
      'New York at 20:00, early in the UTC day',
      '2027-01-15',
      20,
      'America/New_York',
      '2027-01-15T01:00:00.000Z',
    ],
    [
      'New York, the day summer time begins',
      '2027-03-14',
      7,
      'America/New_York',
      '2027-03-14T11:00:00.000Z',
    ],
    [
      'Kolkata, which is half an hour off',
      '2027-01-15',
      7,
      'Asia/Kolkata',
      '2027-01-15T01:30:00.000Z',
    ],
    [
      'Kolkata at 5:00, late in the UTC day',
      '2027-01-15',
      5,
      'Asia/Kolkata',
      '2027-01-15T23:30:00.000Z',
    ],
    ['Kathmandu, three quarters', '2027-01-15', 7, 'Asia/Kathmandu', '2027-01-15T01:15:00.000Z'],
    [
      'Kiritimati, 14 hours ahead',
      '2027-01-15',
      7,
      'Pacific/Kiritimati',
      '2027-01-15T17:00:00.000Z',
    ],
    ['Kiritimati at 14:00', '2027-01-15', 14, 'Pacific/Kiritimati', '2027-01-15T00:00:00.000Z'],
    ['Niue, 11 hours behind', '2027-01-15', 7, 'Pacific/Niue', '2027-01-15T18:00:00.000Z'],
    ['a leap day', '2028-02-29', 7, 'Europe/Amsterdam', '2028-02-29T06:00:00.000Z'],
  ])('%s', (_, of, hour, zone, expected) => {
    expect(dueInstant(day(of), hour, zone).toISOString()).toBe(expected);
  });

  test.each(['UTC', 'Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata', 'Pacific/Kiritimati'])(
    '%s: every hour of every day of a year lies inside that UTC day',
    (zone) => {
      const outside: string[] = [];
      for (let at = 0, of = day('2027-01-01'); at < 365; at++, of = addDays(of, 1)) {
        for (const hour of [0, 7, 13, 23]) {
          const due = dueInstant(of, hour, zone);
          if (utcDay(due) !== of) outside.push(`${of} ${hour}`);
        }
      }
      expect(outside).toEqual([]);
    },
  );

  test('a name that is no zone is refused', () => {
    expect(() => dueInstant(day('2027-01-15'), 7, 'Europe/Atlantis')).toThrow(RangeError);
  });
});

describe('the name of a zone', () => {
  test.each(['UTC', 'Europe/Amsterdam', 'America/Argentina/Buenos_Aires', 'Etc/GMT-14'])(
    '%s is one',
    (text) => {
      expect(isZone(text)).toBe(true);
    },
  );

  test.each([
    ['a place that is not', 'Europe/Atlantis'],
    ['a word', 'local'],
    ['a space', ' UTC'],
    ['nothing', ''],
    ['not a text', 7],
    ['not given', undefined],
  ])('%s is refused', (_, text) => {
    expect(isZone(text)).toBe(false);
  });
});
