import { describe, expect, test } from '@jest/globals';
import {
  addCalendarMonths,
  addCalendarYear,
  addDays,
  daysBetween,
  parseUtcDay,
  startOf,
  type UtcDay,
  utcDay,
} from './utc-day.js';

const day = (text: string) => text as UtcDay;

describe('the UTC day of an instant', () => {
  test.each([
    ['the first millisecond of a day', '2027-01-03T00:00:00.000Z', '2027-01-03'],
    ['the last millisecond of a day', '2027-01-03T23:59:59.999Z', '2027-01-03'],
    ['evening in New York is the next day', '2027-01-03T20:00:00-05:00', '2027-01-04'],
    ['morning in Kolkata is the day before', '2027-01-04T05:00:00+05:30', '2027-01-03'],
    ['the last day there is', '9999-12-31T23:59:59.999Z', '9999-12-31'],
  ])('%s', (_, instant, expected) => {
    expect(utcDay(new Date(instant))).toBe(expected);
  });

  test.each([
    ['the year 10000', new Date('+010000-01-01T00:00:00Z')],
    ['a year before 0000', new Date('-000001-12-31T00:00:00Z')],
    ['no date at all', new Date('yesterday')],
  ])('%s has none', (_, instant) => {
    expect(() => utcDay(instant)).toThrow(RangeError);
  });
});

describe('a typed day', () => {
  test.each([
    ['a day', '2027-06-03'],
    ['29 February of a leap year', '2028-02-29'],
    ['29 February of the year 2000', '2000-02-29'],
    ['the last day there is', '9999-12-31'],
  ])('%s is taken', (_, text) => {
    expect(parseUtcDay(text)).toBe(text);
  });

  test.each([
    ['30 February', '2027-02-30'],
    ['29 February of a common year', '2027-02-29'],
    ['29 February of the year 2100', '2100-02-29'],
    ['31 April', '2027-04-31'],
    ['month 13', '2027-13-01'],
    ['month 0', '2027-00-10'],
    ['day 0', '2027-01-00'],
    ['one digit', '2027-6-3'],
    ['a year of two digits', '27-06-03'],
    ['a year of six digits', '+010000-01-01'],
    ['day first', '03-06-2027'],
    ['slashes', '2027/06/03'],
    ['digits alone', '20270603'],
    ['a time behind it', '2027-06-03T00:00:00Z'],
    ['a space before it', ' 2027-06-03'],
    ['a line end behind it', '2027-06-03\n'],
    ['Arabic digits', '٢٠٢٧-٠٦-٠٣'],
    ['words', 'tomorrow'],
    ['nothing', ''],
  ])('%s is refused', (_, text) => {
    expect(parseUtcDay(text)).toBeUndefined();
  });
});

describe('counting days', () => {
  test.each([
    ['the next day', '2027-01-03', 1, '2027-01-04'],
    ['over the year', '2027-12-31', 1, '2028-01-01'],
    ['into a leap day', '2028-02-28', 1, '2028-02-29'],
    ['past a missing leap day', '2027-02-28', 1, '2027-03-01'],
    ['over summer time in Europe', '2027-03-27', 2, '2027-03-29'],
    ['six weeks back', '2027-06-03', -42, '2027-04-22'],
    ['no day', '2027-06-03', 0, '2027-06-03'],
    ['a leap year', '2028-01-01', 366, '2029-01-01'],
  ])('%s', (_, from, days, to) => {
    expect(addDays(day(from), days)).toBe(to);
    expect(daysBetween(day(from), day(to))).toBe(days);
  });

  test('a day begins at 00:00 UTC', () => {
    expect(startOf(day('2027-06-03')).toISOString()).toBe('2027-06-03T00:00:00.000Z');
  });

  test('there is no day after the last one', () => {
    expect(() => addDays(day('9999-12-31'), 1)).toThrow(RangeError);
  });
});

describe('calendar months and years are clamped back', () => {
  test.each([
    ['a plain month', '2027-06-03T12:34:56.789Z', 1, '2027-07-03T12:34:56.789Z'],
    ['31 January', '2027-01-31T23:59:59.999Z', 1, '2027-02-28T23:59:59.999Z'],
    ['30 January', '2027-01-30T00:00:00.000Z', 1, '2027-02-28T00:00:00.000Z'],
    ['31 January of a leap year', '2028-01-31T00:00:00.000Z', 1, '2028-02-29T00:00:00.000Z'],
    ['28 February', '2027-02-28T00:00:00.000Z', 1, '2027-03-28T00:00:00.000Z'],
    ['31 December', '2027-12-31T00:00:00.000Z', 1, '2028-01-31T00:00:00.000Z'],
    ['a month back from 31 March', '2027-03-31T00:00:00.000Z', -1, '2027-02-28T00:00:00.000Z'],
  ])('%s', (_, from, months, to) => {
    expect(addCalendarMonths(new Date(from), months).toISOString()).toBe(to);
  });

  test.each([
    ['a plain year', '2026-11-21T08:09:10.011Z', '2027-11-21T08:09:10.011Z'],
    ['a year with a leap day in it', '2027-06-03T00:00:00.000Z', '2028-06-03T00:00:00.000Z'],
    ['29 February', '2028-02-29T10:00:00.000Z', '2029-02-28T10:00:00.000Z'],
    ['28 February before a leap year', '2027-02-28T10:00:00.000Z', '2028-02-28T10:00:00.000Z'],
  ])('%s', (_, from, to) => {
    expect(addCalendarYear(new Date(from)).toISOString()).toBe(to);
  });

  test('the instant given is not changed', () => {
    const instant = new Date('2028-02-29T10:00:00.000Z');
    addCalendarYear(instant);
    expect(instant.toISOString()).toBe('2028-02-29T10:00:00.000Z');
  });
});
