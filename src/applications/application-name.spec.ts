import { describe, expect, test } from '@jest/globals';
import { applicationName } from './application-name.js';

describe('the name of an application (A3)', () => {
  test.each([
    ['partner', 'NL', 'Matchis', 'SMC', 'Partner-NL-Matchis-SMC'],
    ['partner', 'NL', 'Matchis', 'DM', 'Partner-NL-Matchis-DM'],
    ['partner', 'GB', 'AnthonyNolan', 'DM', 'Partner-GB-AnthonyNolan-DM'],
    ['partner_alternative', 'NL', 'Matchis', 'SMC', 'PartnerAlternative-NL-Matchis-SMC'],
  ] as const)('%s of %s %s for %s is %s', (kind, country, slug, api, expected) => {
    expect(applicationName({ kind, country, slug, api })).toBe(expected);
  });

  test.each(['DM', 'smc', ''])('an alternative for "%s" is refused: it is for SMC', (api) => {
    const parts = { kind: 'partner_alternative', country: 'NL', slug: 'Matchis', api } as const;
    expect(() => applicationName(parts)).toThrow(RangeError);
  });
});
