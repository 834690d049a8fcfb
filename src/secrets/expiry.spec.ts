import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, type UtcDay, utcDay } from '../platform/utc-day.js';
import {
  daysLeft,
  earliestLastDay,
  expiryOfInstant,
  expiryOfLastDay,
  lastDay,
  latestLastDay,
} from './expiry.js';

const at = (text: string) => new Date(text);
const day = (text: string) => text as UtcDay;

describe('the days to choose from (S3)', () => {
  test.each([
    ['created 21 Nov 2026', '2026-11-21T10:00:00Z', '2026-11-22', '2027-11-21'],
    ['in the last second of a day', '2026-11-21T23:59:59Z', '2026-11-22', '2027-11-21'],
    ['on New Year’s Eve', '2026-12-31T12:00:00Z', '2027-01-01', '2027-12-31'],
    ['on a leap day', '2028-02-29T10:00:00Z', '2028-03-01', '2029-02-28'],
    ['the day before a leap day', '2028-02-28T10:00:00Z', '2028-02-29', '2029-02-28'],
    ['a year before a leap day', '2027-02-28T10:00:00Z', '2027-03-01', '2028-02-28'],
    ['in the evening in New York', '2026-11-21T20:00:00-05:00', '2026-11-23', '2027-11-22'],
    ['in the morning in Kolkata', '2026-11-21T05:00:00+05:30', '2026-11-21', '2027-11-20'],
  ])('%s', (_, createdAt, earliest, latest) => {
    expect(earliestLastDay(at(createdAt))).toBe(earliest);
    expect(latestLastDay(at(createdAt))).toBe(latest);
  });
});

describe('the end of a secret whose last day was chosen (S3)', () => {
  test.each([
    ['tomorrow', '2026-11-21T10:00:00Z', '2026-11-22', '2026-11-23T00:00:00.000Z'],
    ['in 90 days', '2026-11-21T10:00:00Z', '2027-02-19', '2027-02-20T00:00:00.000Z'],
    ['a leap day', '2027-11-21T10:00:00Z', '2028-02-29', '2028-03-01T00:00:00.000Z'],
    ['New Year’s Eve', '2026-11-21T10:00:00Z', '2026-12-31', '2027-01-01T00:00:00.000Z'],
    [
      'a day before the anniversary',
      '2026-11-21T10:00:00Z',
      '2027-11-20',
      '2027-11-21T00:00:00.000Z',
    ],
    [
      'the anniversary: not a second over a year',
      '2026-11-21T10:00:00Z',
      '2027-11-21',
      '2027-11-21T10:00:00.000Z',
    ],
    [
      'the anniversary of a leap day',
      '2028-02-29T10:00:00Z',
      '2029-02-28',
      '2029-02-28T10:00:00.000Z',
    ],
    [
      'the anniversary of a last millisecond',
      '2026-11-21T23:59:59.999Z',
      '2027-11-21',
      '2027-11-21T23:59:59.999Z',
    ],
  ])('%s', (_, createdAt, chosen, expected) => {
    const expiry = expiryOfLastDay(chosen, at(createdAt));
    expect(expiry).toEqual({ expiresAt: at(expected) });
    expect('expiresAt' in expiry && lastDay(expiry.expiresAt)).toBe(chosen);
  });

  test('a year that begins with a day is over when the anniversary begins', () => {
    const expiry = expiryOfLastDay('2027-11-21', at('2026-11-21T00:00:00.000Z'));
    expect(expiry).toEqual({ expiresAt: at('2027-11-21T00:00:00.000Z') });
  });

  test.each([
    ['today', '2026-11-21', 'too_early'],
    ['yesterday', '2026-11-20', 'too_early'],
    ['a year ago', '2025-11-21', 'too_early'],
    ['the year 0', '0000-01-01', 'not_a_date'],
    ['one day over a year', '2027-11-22', 'too_late'],
    ['two years', '2028-11-21', 'too_late'],
    ['never', '9999-12-31', 'too_late'],
    ['a year of six digits', '+010000-01-01', 'not_a_date'],
    ['30 February', '2027-02-30', 'not_a_date'],
    ['29 February of a common year', '2027-02-29', 'not_a_date'],
    ['an instant', '2027-06-03T00:00:00Z', 'not_a_date'],
    ['a time zone', '2027-06-03+14:00', 'not_a_date'],
    ['a number of days', '90', 'not_a_date'],
    ['milliseconds', '1795219200000', 'not_a_date'],
    ['digits alone', '20270603', 'not_a_date'],
    ['day first', '03-06-2027', 'not_a_date'],
    ['a space before it', ' 2027-06-03', 'not_a_date'],
    ['a word', 'never', 'not_a_date'],
    ['nothing', '', 'not_a_date'],
  ])('%s is refused: %s', (_, chosen, problem) => {
    expect(expiryOfLastDay(chosen, at('2026-11-21T10:00:00Z'))).toEqual({ problem });
  });

  test.each([
    ['on a leap day, 1 March of next year', '2028-02-29T10:00:00Z', '2029-03-01', 'too_late'],
    ['on a leap day, 29 February of next year', '2028-02-29T10:00:00Z', '2029-02-29', 'not_a_date'],
    ['the day before, the leap day of next year', '2027-02-28T10:00:00Z', '2028-02-29', 'too_late'],
    [
      'late in New York, when it is tomorrow in UTC',
      '2026-11-21T20:00:00-05:00',
      '2026-11-22',
      'too_early',
    ],
  ])('created %s is refused: %s', (_, createdAt, chosen, problem) => {
    expect(expiryOfLastDay(chosen, at(createdAt))).toEqual({ problem });
  });
});

describe('the end of a secret given as an instant (S3)', () => {
  const createdAt = at('2026-11-21T10:00:00.000Z');

  test.each([
    ['a millisecond of tomorrow', '2026-11-22T00:00:00.001Z'],
    ['some time of day', '2027-03-01T15:30:00Z'],
    ['another time zone', '2027-03-01T15:30:00+05:30'],
    ['one year to the millisecond', '2027-11-21T10:00:00.000Z'],
  ])('%s is taken as it is', (_, instant) => {
    expect(expiryOfInstant(at(instant), createdAt)).toEqual({ expiresAt: at(instant) });
  });

  test.each([
    ['in an hour', '2026-11-21T11:00:00Z', 'too_early'],
    ['the coming midnight, whose last day is today', '2026-11-22T00:00:00Z', 'too_early'],
    ['now', '2026-11-21T10:00:00.000Z', 'too_early'],
    ['long ago', '-200000-01-01T00:00:00Z', 'too_early'],
    ['a millisecond over a year', '2027-11-21T10:00:00.001Z', 'too_late'],
    ['never', '9999-12-31T23:59:59Z', 'too_late'],
    ['the year 10000', '+010000-01-01T00:00:00Z', 'too_late'],
    ['30 February', '2027-02-30T25:00:00Z', 'not_a_date'],
    ['a word', 'never', 'not_a_date'],
  ])('%s is refused', (_, instant, problem) => {
    expect(expiryOfInstant(at(instant), createdAt)).toEqual({ problem });
  });

  test('created on a leap day, it ends on 28 February at the latest', () => {
    const leap = at('2028-02-29T10:00:00Z');
    expect(expiryOfInstant(at('2029-02-28T10:00:00Z'), leap)).toHaveProperty('expiresAt');
    expect(expiryOfInstant(at('2029-02-28T10:00:00.001Z'), leap)).toEqual({ problem: 'too_late' });
  });
});

describe('the last day and the days left', () => {
  test.each([
    ['an end at midnight belongs to the day before', '2027-06-04T00:00:00.000Z', '2027-06-03'],
    ['a millisecond later it is the new day', '2027-06-04T00:00:00.001Z', '2027-06-04'],
    ['an end during a day', '2027-06-03T10:00:00.000Z', '2027-06-03'],
    ['an end at New Year', '2028-01-01T00:00:00.000Z', '2027-12-31'],
    ['an end after a leap day', '2028-03-01T00:00:00.000Z', '2028-02-29'],
  ])('%s', (_, expiresAt, expected) => {
    expect(lastDay(at(expiresAt))).toBe(expected);
  });

  test.each([
    ['six weeks', '2027-04-22', 42],
    ['over summer time in Europe', '2027-03-27', 68],
    ['one', '2027-06-02', 1],
    ['none on the last day', '2027-06-03', 0],
    ['below none afterwards', '2027-06-05', -2],
  ])('%s', (_, today, left) => {
    expect(daysLeft(at('2027-06-04T00:00:00Z'), day(today))).toBe(left);
    expect(daysLeft(at('2027-06-03T10:00:00Z'), day(today))).toBe(left);
  });
});

describe('for any creation and any day', () => {
  const instants = fc.date({
    min: at('2024-01-01T00:00:00.000Z'),
    max: at('2033-12-31T23:59:59.999Z'),
    noInvalidDate: true,
  });

  test('a secret ends on the chosen day and within a year, or the day is refused', () => {
    fc.assert(
      fc.property(instants, fc.integer({ min: -3, max: 370 }), (createdAt, days) => {
        const chosen = addDays(utcDay(createdAt), days);
        const limit = aYearLater(createdAt);
        const expiry = expiryOfLastDay(chosen, createdAt);
        if ('problem' in expiry) {
          const [early, late] = [days < 1, chosen > utcDay(limit)];
          expect(expiry.problem).toBe(early ? 'too_early' : 'too_late');
          expect(early || late).toBe(true);
          return;
        }
        const wholeYear = limit.getTime() % 86_400_000 === 0 && chosen === utcDay(limit);
        expect(days).toBeGreaterThanOrEqual(1);
        expect(expiry.expiresAt.getTime()).toBeLessThanOrEqual(limit.getTime());
        expect(lastDay(expiry.expiresAt)).toBe(wholeYear ? addDays(chosen, -1) : chosen);
        expect(expiryOfInstant(expiry.expiresAt, createdAt)).toEqual(expiry);
      }),
      { numRuns: 10_000 },
    );
  });
});

/** The calendar again, in other words than the rule's: 29 February is the only day without a next. */
function aYearLater(instant: Date): Date {
  const [, year, rest] = /^(\d{4})(.*)$/.exec(instant.toISOString())!;
  return new Date(`${Number(year) + 1}${rest!.replace('-02-29', '-02-28')}`);
}
