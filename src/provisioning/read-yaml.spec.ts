import { describe, expect, test } from '@jest/globals';
import { LineCounter, parseDocument } from 'yaml';
import { readYaml } from './read-yaml.js';

const said = (text: string) =>
  readYaml(text).problems.map(({ line, column, text: what }) => `${line}:${column}: ${what}`);

/** What the parser itself says, which compares each key with all before it. */
function twiceByTheParser(text: string): string[] {
  const lineCounter = new LineCounter();
  const { errors } = parseDocument(text, {
    lineCounter,
    schema: 'failsafe',
    uniqueKeys: true,
    prettyErrors: false,
  });
  return errors
    .filter(({ code }) => code === 'DUPLICATE_KEY')
    .map(({ pos }) => lineCounter.linePos(pos[0]))
    .map(({ line, col }) => `${line}:${col}: This field is written twice.`);
}

describe('a field that is written twice', () => {
  test.each([
    ['of a row', 'users:\n  - name: A\n    email: b\n    name: C\n'],
    ['in brackets', 'users: [{name: A, email: b, name: C}]\n'],
    ['in quotes', `users:\n  - {name: A, "name": B, 'name': C}\n`],
    ['at the top', 'users: []\nroles: []\nusers: []\n'],
    ['in a map of a row', 'users:\n  - name: {a: 1, a: 2}\n'],
    ['without a value', 'users:\n  - {a, b, a}\n'],
    ['without a name', 'users:\n  - {: 1, : 2}\n'],
    ['as a question', 'users:\n  - ? name\n    : A\n    ? name\n    : B\n'],
  ])('%s is found where the parser finds it', (_where, text) => {
    const expected = twiceByTheParser(text);
    expect(expected.length).toBeGreaterThan(0);
    expect(said(text).sort()).toEqual(expected.sort());
  });

  test('in two rows is written once', () => {
    expect(said('users:\n  - {name: A}\n  - {name: A}\n')).toEqual([]);
  });
});

describe('a text that is made to take long', () => {
  const keys = (count: number) => Array.from({ length: count }, (_, n) => `k${n}`).join(',');

  test('with many fields in one map is told so once, and its rows are not read', () => {
    expect(said(`users:\n  - {${keys(100)}}\n`)).toEqual([]);
    const { problems, rows } = readYaml(`users:\n  - {${keys(16_200)}}\n`);
    expect(problems).toEqual([{ line: 2, column: 396, text: 'No row has more than 100 fields.' }]);
    expect(rows).toEqual([]);
  });

  test.each(['[', '{', '[\n', '{a: ', '? ['])('of brackets %j is read to the eleventh', (one) => {
    expect(said(one.repeat(20_000))).toEqual([
      expect.stringContaining('Brackets stand in one another more than 10 deep.'),
    ]);
  });

  test('names the place of the bracket that is too deep', () => {
    const text = `users:\n  - {name: "[[[[[[[[[[[[", a: '{{{{{{{{{{{{'}\n  - é: ${'['.repeat(11)}`;
    expect(said(text)).toEqual(['3:18: Brackets stand in one another more than 10 deep.']);
    expect(said(text.slice(0, -1) + ']'.repeat(10))).toEqual([
      `3:9: Each entry of this list is a text.`,
    ]);
  });

  test('of mistakes is told of the first hundred, without their stacks', () => {
    const limit = Error.stackTraceLimit;
    for (const one of ['"', ']', '{}', '! ']) expect(said(one.repeat(5_000))).toHaveLength(100);
    expect(Error.stackTraceLimit).toBe(limit);
  });
});
