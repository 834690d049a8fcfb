import { expect, test } from '@jest/globals';
import type { Config } from '../platform/config/config.js';
import { readConfig } from '../platform/config/config.js';
import type { GrantedResource } from '../secrets/credential-check.service.js';
import { asSeenHere, isOwnAudience, ownResource } from './own-audience.js';

const key = `1:${Buffer.alloc(32, 7).toString('base64')}`;
const demoOn = (PORT: string, PUBLIC_URL?: string): Config =>
  readConfig({ SESSION_KEYS: key, HASH_KEYS: key, ENCRYPTION_KEYS: key, PORT, PUBLIC_URL }, true);

test.each([
  [demoOn('3000'), 'http://localhost:3000/api/v1', true],
  [demoOn('3000'), 'http://localhost:3001/api/v1', true],
  [demoOn('3000'), 'https://match-connect.api.example.org', false],
  [demoOn('3000'), 'http://localhost:3000/api/v1/', false],
  [demoOn('3000', 'https://keyturn.example.org'), 'https://keyturn.example.org/api/v1', true],
  [demoOn('3000', 'https://keyturn.example.org'), 'http://localhost:3000/api/v1', false],
])('%#: a token for %s', (config, audience, expected) => {
  expect(isOwnAudience(config, audience)).toBe(expected);
});

test('the own API is asked for by the address of the instance that is asked', () => {
  const other = { id: 'another', audience: 'https://match-connect.api.example.org' };
  const own = { id: ownResource, audience: 'http://localhost:3000/api/v1' };
  const granted = [other, own] as GrantedResource[];
  expect(asSeenHere(demoOn('3001'), granted).map(({ audience }) => audience)).toEqual([
    other.audience,
    'http://localhost:3001/api/v1',
  ]);
});
