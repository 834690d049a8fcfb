import { expect, test } from '@jest/globals';
import { acceptedOf } from './accepted.js';

const types = ['application/yaml', 'text/csv'];

test.each([
  [undefined, 'application/yaml'],
  ['*/*', 'application/yaml'],
  ['text/csv', 'text/csv'],
  ['text/*', 'text/csv'],
  ['TEXT/CSV; charset=utf-8', 'text/csv'],
  ['application/yaml;q=0.5, text/csv', 'text/csv'],
  ['application/yaml;q=0.5, text/csv;q=0.4', 'application/yaml'],
  ['application/yaml;q=0, */*', 'text/csv'],
  ['application/json, */*;q=0.1', 'application/yaml'],
  ['application/json', undefined],
  ['text/csv;q=0', undefined],
  ['text/csv;q=x', undefined],
  ['', undefined],
])('%j is answered with %j', (header, type) => {
  expect(acceptedOf(header, types)).toBe(type);
});
