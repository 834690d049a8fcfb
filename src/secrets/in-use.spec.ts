import { describe, expect, test } from '@jest/globals';
import { isNameTyped, usedRecently } from './in-use.js';

const now = new Date('2026-12-08T09:00:00Z');

describe('a secret that is still in use (S9)', () => {
  test.each([
    ['just now', '2026-12-08T09:00:00Z', true],
    ['yesterday', '2026-12-07T09:00:00Z', true],
    ['a moment less than seven days ago', '2026-12-01T09:00:00.001Z', true],
    ['seven days ago', '2026-12-01T09:00:00Z', false],
    ['last year', '2025-12-08T09:00:00Z', false],
  ])('used %s', (_, at, expected) => {
    expect(usedRecently({ lastUsedAt: new Date(at) }, now)).toBe(expected);
  });

  test('is not one that was never used', () => {
    expect(usedRecently({ lastUsedAt: null }, now)).toBe(false);
  });
});

describe('the name that is typed before a deletion', () => {
  test.each([
    ['as it is', 'Night export', true],
    ['in capitals', 'NIGHT EXPORT', true],
    ['with a space too many', ' Night  export ', true],
    ['in part', 'Night', false],
    ['not at all', '', false],
  ])('%s', (_, typed, expected) => {
    expect(isNameTyped(typed, 'Night export')).toBe(expected);
  });
});
