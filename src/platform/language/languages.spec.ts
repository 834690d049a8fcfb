import { describe, expect, test } from '@jest/globals';
import { acceptedLanguage } from './languages.js';

describe('the language a browser asks for', () => {
  test.each([
    [undefined, 'en'],
    ['', 'en'],
    ['de', 'de'],
    ['de-CH', 'de'],
    ['DE-at,en;q=0.5', 'de'],
    ['en;q=0.5, nl;q=0.8', 'nl'],
    ['pt-BR, pt;q=0.9, es;q=0.7, en;q=0.6', 'es'],
    ['fr;q=0', 'en'],
    ['fr; q=0.3', 'fr'],
    ['it, *;q=0.5', 'en'],
    ['__proto__', 'en'],
    [';;q=;,,', 'en'],
  ])('%j is answered in %s', (header, language) => {
    expect(acceptedLanguage(header)).toBe(language);
  });
});
