import { describe, expect, test } from '@jest/globals';
import { isIon, isSlug, suggestSlug } from './slug.js';

describe('a slug (A4)', () => {
  test.each([
    ['a word', 'Matchis'],
    ['two characters', 'DK'],
    ['40 characters', 'a'.repeat(40)],
    ['digits', '0123'],
  ])('%s is taken', (_, text) => {
    expect(isSlug(text)).toBe(true);
  });

  test.each([
    ['one character', 'D'],
    ['41 characters', 'a'.repeat(41)],
    ['a dash, which parts an application name', 'Match-is'],
    ['a space', 'Match is'],
    ['an underscore', 'Match_is'],
    ['an accent', 'Mätchis'],
    ['a line end', 'Matchis\n'],
    ['nothing', ''],
  ])('%s is refused', (_, text) => {
    expect(isSlug(text)).toBe(false);
  });
});

describe('a suggested slug', () => {
  test.each([
    ['a word', 'Matchis', 'Matchis'],
    ['several words', 'Anthony Nolan', 'AnthonyNolan'],
    ['accents', 'Société Générale du Sang', 'SocieteGeneraleduSang'],
    ['accents typed as two code points', 'Ge\u0301ne', 'Gene'],
    ['letters that have no plain part', 'Ærø Łódź Straße', 'AEroLodzStrasse'],
    ['Icelandic', 'Þórður', 'Thordur'],
    ['Turkish', 'Işık İlik', 'IsikIlik'],
    ['signs', 'A&B (Blood-Bank) #1', 'ABBloodBank1'],
    ['full-width letters', 'ＤＫＭＳ', 'DKMS'],
    ['more than 40', 'x'.repeat(50), 'x'.repeat(40)],
    ['another script, where people type one', '骨髓库', ''],
  ])('%s', (_, name, expected) => {
    expect(suggestSlug(name)).toBe(expected);
  });
});

describe('an ION (P1)', () => {
  test.each(['0000', '0042', '9999'])('%s is one', (text) => {
    expect(isIon(text)).toBe(true);
  });

  test.each([
    ['three digits', '123'],
    ['five digits', '12345'],
    ['a letter', '12A4'],
    ['a sign', '-123'],
    ['Arabic digits', '٠١٢٣'],
    ['a space', '1234 '],
    ['nothing', ''],
  ])('%s is refused', (_, text) => {
    expect(isIon(text)).toBe(false);
  });
});
