import { expect, test } from '@jest/globals';
import { remembered } from './remembered.js';

test('a pure function is asked once for each text, and forgets all when there are too many', () => {
  const asked: string[] = [];
  const length = remembered((text) => asked.push(text) && text.length);
  expect([length('a'), length('bb'), length('a')]).toEqual([1, 2, 1]);
  expect(asked).toEqual(['a', 'bb']);
  for (let at = 0; at < 10_000; at++) length(`text ${at}`);
  expect(length('a')).toBe(1);
  expect(asked.filter((text) => text === 'a')).toHaveLength(2);
});
