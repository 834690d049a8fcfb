import { describe, expect, test } from '@jest/globals';
import { nameProblem } from '../platform/plain-text.js';
import { speaking } from '../platform/language/speaking.js';
import { freeSecretName, freeStandardName } from './default-name.js';

describe('the name that a form begins with (S2)', () => {
  test.each([
    ['the first', 'Anna Smit', [], 'Secret by Anna Smit'],
    ['others do not matter', 'Anna Smit', ['Secret by Jan', 'Anna Smit'], 'Secret by Anna Smit'],
    ['the second', 'Anna Smit', ['Secret by Anna Smit'], 'Secret by Anna Smit 2'],
    ['case does not count', 'Anna Smit', ['SECRET BY ANNA SMIT'], 'Secret by Anna Smit 2'],
    ['the third', 'Jan', ['secret by jan', 'Secret by Jan 2'], 'Secret by Jan 3'],
    ['a gap is filled', 'Jan', ['Secret by Jan', 'Secret by Jan 3'], 'Secret by Jan 2'],
    ['the first is free again', 'Jan', ['Secret by Jan 2'], 'Secret by Jan'],
  ])('%s', (_, name, taken, expected) => {
    expect(freeSecretName(name, taken)).toBe(expected);
  });

  test.each([
    ['a name of 90 characters fits', 'x'.repeat(90), [], `Secret by ${'x'.repeat(90)}`],
    ['one of 91 is cut', 'x'.repeat(91), [], `Secret by ${'x'.repeat(90)}`],
    [
      'the number has room',
      'x'.repeat(91),
      [`Secret by ${'x'.repeat(90)}`],
      `Secret by ${'x'.repeat(88)} 2`,
    ],
    ['no emoji is cut in half', '🔑'.repeat(100), [], `Secret by ${'🔑'.repeat(90)}`],
    ['no space at the cut', `${'x'.repeat(89)} y`, [], `Secret by ${'x'.repeat(89)}`],
  ])('%s', (_, name, taken, expected) => {
    const made = freeSecretName(name, taken);
    expect(made).toBe(expected);
    expect(nameProblem(made)).toBeUndefined();
  });
});

test.each([
  ['nl', 'Geheim van Anna 2'],
  ['de', 'Secret von Anna 2'],
  ['fr', 'Secret de Anna 2'],
  ['es', 'Secreto de Anna 2'],
] as const)('in %s a form begins with %s', (language, expected) => {
  const taken = [expected.slice(0, -2), 'Secret by Anna 3'];
  expect(speaking(language, () => freeSecretName('Anna', taken))).toBe(expected);
});

describe('the name of a secret that was created without one (S2)', () => {
  test.each([
    ['the first', [], 'Standard Key'],
    ['the second', ['Standard Key'], 'Standard Key 2'],
    ['case does not count', ['standard key', 'STANDARD KEY 2'], 'Standard Key 3'],
    [
      'the tenth',
      ['Standard Key', ...[2, 3, 4, 5, 6, 7, 8, 9].map((each) => `Standard Key ${each}`)],
      'Standard Key 10',
    ],
    ['a gap is filled', ['Standard Key', 'Standard Key 3'], 'Standard Key 2'],
    ['a similar one does not matter', ['Standard Keys', 'Standard Key two'], 'Standard Key'],
  ])('%s', (_, taken, expected) => {
    expect(freeStandardName(taken)).toBe(expected);
  });
});
