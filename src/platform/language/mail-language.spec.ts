import { expect, test } from '@jest/globals';
import { invitationLanguage } from './mail-language.js';

test.each([
  ['fr', 'NL', 'fr'],
  ['en', 'NL', 'en'],
  [null, 'NL', 'nl'],
  [undefined, 'DE', 'de'],
  [null, 'AT', 'de'],
  [null, 'FR', 'fr'],
  [null, 'ES', 'es'],
  // Several main languages, or none of ours.
  [null, 'BE', 'en'],
  [null, 'CH', 'en'],
  [null, 'GB', 'en'],
  [null, null, 'en'],
  ['it', 'AT', 'en'],
  ['it', 'IT', 'en'],
] as const)('somebody who chose %s, of %s, is invited in %s', (chosen, country, expected) => {
  expect(invitationLanguage(chosen, country)).toBe(expected);
});
