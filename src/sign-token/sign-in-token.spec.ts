import { expect, test } from '@jest/globals';
import { identityOf } from './identity.js';
import { isToken, newToken, withToken } from './sign-in-token.js';

test.each([
  ['https://a.example', 'https://a.example?token=T'],
  ['https://a.example/back', 'https://a.example/back?token=T'],
  ['https://a.example/back?', 'https://a.example/back?token=T'],
  ['https://a.example/back?x=1', 'https://a.example/back?x=1&token=T'],
  ['https://a.example/back?x=1&', 'https://a.example/back?x=1&token=T'],
  ['https://a.example/back?x=%7B%20&y', 'https://a.example/back?x=%7B%20&y&token=T'],
])('%s gets a token: %s', (url, expected) => {
  expect(withToken(url, 'T')).toBe(expected);
});

test('a token has one form, and each is another', () => {
  const made = newToken();
  expect(isToken(made)).toBe(true);
  expect(newToken()).not.toBe(made);
  for (const other of [`${made}a`, made.slice(1), `${made.slice(1)}=`, '', undefined, 7, [made]]) {
    expect(isToken(other)).toBe(false);
  }
});

test.each([
  ['Anna Visser', 'Anna', 'Visser'],
  ['Anna de Vries', 'Anna', 'de Vries'],
  ['Plato', 'Plato', ''],
])('%s is %s of %s', (name, given, family) => {
  const facts = { sub: '7', name, email: 'a@b.example', verified: true };
  expect(identityOf(facts)).toEqual({
    ...{ sub: '7', name, given_name: given, family_name: family },
    ...{ email: 'a@b.example', email_verified: true, picture: null },
  });
});
