import { describe, expect, test } from '@jest/globals';
import { csvLine } from './csv.js';

describe('a line of CSV', () => {
  test.each([
    ['words', ['a', 'b c'], 'a,b c'],
    ['numbers, also below nothing', [1, -2.5], '1,-2.5'],
    ['nothing', ['', null, undefined], ',,'],
    ['a comma', ['Bank, Blood'], '"Bank, Blood"'],
    ['a quotation mark', ['the "new" one'], '"the ""new"" one"'],
    ['a line end', ['a\nb'], '"a\nb"'],
    ['a space at an end', [' a', 'a '], '" a","a "'],
  ])('%s', (_, cells, line) => {
    expect(csvLine(cells)).toBe(`${line}\r\n`);
  });

  test.each(['=1+1', '+31 20 123', '-1', '@SUM(A1)', '=cmd|calc', '  =1', '＝1', '|x', '%0A'])(
    'keeps %j a text',
    (cell) => {
      expect(csvLine([cell]).replace(/^"/, '')).toMatch(/^'/);
    },
  );

  test.each(['\t=1', '\r=1', '\n=1', '\0=1'])('keeps %j a text, quoted or not', (cell) => {
    expect(csvLine([cell])).toMatch(/^"?'/);
  });
});
