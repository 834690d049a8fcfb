import { expect, test } from '@jest/globals';
import { keyStates, nextIsDue } from './signing-key.js';

const at = (text: string) => new Date(`2026-${text}:00Z`);
const turns = [
  { kid: 'a', signsFrom: at('10-01T00:00') },
  { kid: 'b', signsFrom: at('10-31T00:00') },
  { kid: 'c', signsFrom: at('11-30T00:00') },
];

test.each([
  ['10-01T00:00', 'signing next next'],
  ['10-30T23:59', 'signing next next'],
  ['10-31T00:00', 'published signing next'],
  ['10-31T00:59', 'published signing next'],
  ['10-31T01:00', 'ended signing next'],
  ['11-30T00:00', 'ended published signing'],
  ['12-31T00:00', 'ended ended signing'],
])('at %s the keys are %s', (now, states) => {
  expect(
    keyStates(turns, at(now))
      .map(([, state]) => state)
      .join(' '),
  ).toBe(states);
});

test.each([
  ['10-30T21:59', false],
  ['10-30T22:00', true],
  ['12-30T00:00', true],
])('at %s the key after the first is due: %s', (now, due) => {
  expect(nextIsDue(turns[0], at(now))).toBe(due);
});

test('without any key one is due', () => {
  expect(nextIsDue(undefined, at('10-01T00:00'))).toBe(true);
});
