import { expect, test } from '@jest/globals';
import { dayError, rangeOfDays } from './day-range.js';

const day = (text: string) => new Date(`${text}T00:00:00Z`);

test.each([
  ['', '', undefined, undefined],
  ['2027-01-31', '', day('2027-01-31'), undefined],
  ['', '2027-01-31', undefined, day('2027-02-01')],
  ['2028-02-29', '2028-02-29', day('2028-02-29'), day('2028-03-01')],
  ['2027-02-29', 'soon', undefined, undefined],
  ['9999-12-31', '9999-12-31', day('9999-12-31'), undefined],
])('from "%s" to "%s"', (first, last, from, until) => {
  expect(rangeOfDays(first, last)).toEqual({ from, until });
});

test.each(['', '2027-01-31', '9999-12-31'])('has nothing against "%s"', (text) => {
  expect(dayError(text)).toBeUndefined();
});

test.each(['2027-02-29', '31.1.2027', ' '])('says that "%s" is no day', (text) => {
  expect(dayError(text)).toContain('not a day of the calendar');
});
