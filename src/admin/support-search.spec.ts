import { expect, test } from '@jest/globals';
import { supportSearch } from './support-search.js';

const id = '3f2a9c01-7b4d-4e5f-8a90-1234567890ab';

test.each([
  [id, id, id],
  [id.toUpperCase(), id, id],
  [id.replaceAll('-', ''), id, id],
  ['3f2a9c01', '3f2a9c01-0000-0000-0000-000000000000', '3f2a9c01-ffff-ffff-ffff-ffffffffffff'],
  ['3f2a9c01-7b', '3f2a9c01-7b00-0000-0000-000000000000', '3f2a9c01-7bff-ffff-ffff-ffffffffffff'],
  ['3f2a9c0', null, null],
  [`${id}0`, null, null],
  ['3f2a9c01-7b4d-4e5f-8a90-1234567890abc', null, null],
  ['deadbeef cafe', null, null],
])('%s is a client ID from %s to %s', (typed, from, to) => {
  expect(supportSearch(typed)).toMatchObject({ from, to });
});

test.each([
  ['aB3', 'aB3'],
  ['ab', null],
  ['ab-', null],
  ['abcd', null],
])('%s is the hint %s', (typed, hint) => {
  expect(supportSearch(typed)).toMatchObject({ hint });
});

test.each([
  [' Partner-NL ', 'partner-nl%'],
  ['50%_\\', '50\\%\\_\\\\%'],
  ['a\u0000b', 'a b%'],
  [undefined, '%'],
])('%j begins like %s', (typed, prefix) => {
  expect(supportSearch(typed)).toMatchObject({ prefix });
});
