import { describe, expect, test } from '@jest/globals';
import { speaking } from '../platform/language/speaking.js';
import { countries, countryName, isCountryCode } from './country.js';

describe('a country code (A4)', () => {
  test.each(['NL', 'GB', 'DE', 'US', 'TR', 'AX', 'BQ', 'CW', 'SS', 'SX', 'PS', 'TW', 'AQ'])(
    '%s is one',
    (code) => {
      expect(isCountryCode(code)).toBe(true);
    },
  );

  test.each([
    ['UK, because the code is GB', 'UK'],
    ['EL, because the code is GR', 'EL'],
    ['small letters', 'nl'],
    ['mixed letters', 'Nl'],
    ['three letters', 'NLD'],
    ['the number', '528'],
    ['the European Union', 'EU'],
    ['Kosovo, whose code is for private use', 'XK'],
    ['a country that is no more', 'YU'],
    ['another one', 'AN'],
    ['nobody', 'ZZ'],
    ['a space', 'NL '],
    ['full-width letters', 'ＮＬ'],
    ['nothing', ''],
  ])('%s is refused', (_, code) => {
    expect(isCountryCode(code)).toBe(false);
  });
});

describe('the names of countries', () => {
  test.each([
    ['NL', 'Netherlands'],
    ['GB', 'United Kingdom'],
    ['CI', 'Côte d’Ivoire'],
  ])('%s is %s', (code, name) => {
    expect(countryName(code)).toBe(name);
  });

  test('are those of the reader’s language', () => {
    expect(speaking('es', () => countryName('NL'))).toBe('Países Bajos');
    expect(speaking('fr', countries).at(-1)).toEqual({ code: 'ZW', name: 'Zimbabwe' });
  });

  test.each(['UK', 'nl', '', 'no code'])('"%s" has none and comes back as it is', (code) => {
    expect(countryName(code)).toBe(code);
  });
});

describe('the list to choose from', () => {
  test('has 249 countries, each once, each with a name of its own', () => {
    const list = countries();
    expect(list).toHaveLength(249);
    expect(new Set(list.map(({ code }) => code)).size).toBe(249);
    expect(new Set(list.map(({ name }) => name)).size).toBe(249);
    expect(list.filter(({ code, name }) => !/^[A-Z]{2}$/.test(code) || name === code)).toEqual([]);
  });

  test('is sorted as an English reader expects, Åland among the As', () => {
    const names = countries().map(({ name }) => name);
    expect(names.slice(0, 3)).toEqual(['Afghanistan', 'Åland Islands', 'Albania']);
    expect(names.at(-1)).toBe('Zimbabwe');
  });
});
