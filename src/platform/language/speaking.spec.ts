import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { catalogues } from './catalogues.js';
import { keyOf, language, listed, plural, raw, speaking, t, th } from './speaking.js';

const before = catalogues.get('de')!;
beforeEach(() => {
  catalogues.set('de', { '{0} of {1}': 'von {1} sind es {0}', '<b>{0}</b>!': '<i>{0}</i>!' });
});
afterEach(() => {
  catalogues.set('de', before);
});

describe('a sentence', () => {
  test('is English where nobody speaks another language, or its catalogue is silent', () => {
    expect(t`${1} of ${2}`).toBe('1 of 2');
    expect(speaking('de', () => t`Nobody translated this.`)).toBe('Nobody translated this.');
    expect(speaking('fr', () => t`${1} beside ${2}`)).toBe('1 beside 2');
  });

  test('puts its values where the language wants them', () => {
    expect(speaking('de', () => t`${1} of ${'{0} $& $('}`)).toBe('von {0} $& $( sind es 1');
  });

  test('with markup escapes what is no markup', () => {
    expect(speaking('de', () => th`<b>${'<x>&"'}</b>!`)).toBe('<i>&lt;x&gt;&amp;&quot;</i>!');
    expect(th`<b>${raw('<i>x</i>')}</b>!`).toBe('<b><i>x</i></b>!');
  });
});

test('the language ends with the work, also when it fails', () => {
  expect(() =>
    speaking('de', () => {
      expect(language()).toBe('de');
      throw new Error('failed');
    }),
  ).toThrow('failed');
  expect(language()).toBe('en');
  expect(speaking('de', () => speaking('nl', language) + language())).toBe('nlde');
});

test.each([
  ['en', 0, 'many'],
  ['en', 1, 'one'],
  ['fr', 0, 'one'],
  ['fr', 2, 'many'],
  ['de', 0, 'many'],
] as const)('in %s %i is %s', (spoken, count, form) => {
  expect(speaking(spoken, () => plural(count, 'one', 'many'))).toBe(form);
});

test('lists as the language does', () => {
  expect(listed(['a', 'b', 'c'])).toBe('a, b and c');
  expect(speaking('es', () => listed(['a', 'b', 'c']))).toBe('a, b y c');
});

test('a key has places for values', () => {
  const parts = ((strings: TemplateStringsArray, ...values: unknown[]) => {
    expect(values).toHaveLength(2);
    return strings;
  })`a ${1} b ${2}`;
  expect(keyOf(parts)).toBe('a {0} b {1}');
});
