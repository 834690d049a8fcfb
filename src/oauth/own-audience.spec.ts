import { expect, test } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import type { Config } from '../platform/config/config.js';
import { readConfig } from '../platform/config/config.js';
import type { GrantedResource } from '../secrets/credential-check.service.js';
import { asSeenHere, isOwnAudience, ownResource } from './own-audience.js';

const key = () => `1:${randomBytes(32).toString('base64')}`;
const demoOn = (PORT: string, PUBLIC_URL?: string): Config =>
  readConfig(
    { SESSION_KEYS: key(), HASH_KEYS: key(), ENCRYPTION_KEYS: key(), PORT, PUBLIC_URL },
    true,
  );

test.each([
  ['3000', undefined, 'http://localhost:3000/api/v1', true],
  ['3000', undefined, 'http://localhost:3001/api/v1', true],
  ['3000', undefined, 'https://match-connect.api.example.org', false],
  ['3000', undefined, 'http://localhost:3000/api/v1/', false],
  ['3000', 'https://keyturn.example.org', 'https://keyturn.example.org/api/v1', true],
  ['3000', 'https://keyturn.example.org', 'http://localhost:3000/api/v1', false],
])('on port %s with PUBLIC_URL %s, the audience %s is ours: %s', (port, url, audience, ours) => {
  expect(isOwnAudience(demoOn(port, url), audience)).toBe(ours);
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
