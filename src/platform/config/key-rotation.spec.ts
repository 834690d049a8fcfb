import { expect, test } from '@jest/globals';
import { rotated, withoutKey } from './key-rotation.js';

const numbers = (list: string) => list.split(',').map((entry) => entry.split(':')[0]);

test('announces a key before it is used, and keeps the old ones readable', () => {
  const first = rotated('1:one');
  expect(first).toMatchObject({ number: 2, step: 'announced' });
  expect(numbers(first.list)).toEqual(['1', '2']);
  const second = rotated(first.list);
  expect(second).toMatchObject({ number: 2, step: 'current' });
  expect(numbers(second.list)).toEqual(['2', '1']);
  const third = rotated(second.list);
  expect(third).toMatchObject({ number: 3, step: 'announced' });
  expect(numbers(third.list)).toEqual(['2', '1', '3']);
  expect(numbers(rotated(third.list).list)).toEqual(['3', '2', '1']);
});

test('makes a key of 32 random bytes', () => {
  const keys = [rotated('1:one'), rotated('1:one')].map(({ list }) => list.split(':').at(-1)!);
  expect(new Set(keys).size).toBe(2);
  expect(keys.map((key) => Buffer.from(key, 'base64').length)).toEqual([32, 32]);
});

test('takes an old key away, and never the current one', () => {
  expect(withoutKey('2:two,1:one', 1)).toBe('2:two');
  expect(() => withoutKey('2:two,1:one', 2)).toThrow('is the current one');
  expect(() => withoutKey('2:two,1:one', 7)).toThrow('There is no key number 7');
});
