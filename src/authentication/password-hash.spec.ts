import { expect, test } from '@jest/globals';
import { hashPassword, passwordFits } from './password-hash.js';

const password = 'Käthe’s  Quiet\tharbour 7 ';
let made: string;

test('a password is kept as argon2id with OWASP’s first parameters and a salt of its own', async () => {
  made = await hashPassword(password);
  expect(made).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$[\w+/]{22}\$[\w+/]{43}$/);
  expect(await hashPassword(password)).not.toBe(made);
});

test('it fits as typed, on every keyboard, and in no other way', async () => {
  expect(await passwordFits(password.normalize('NFD'), made)).toBe(true);
  for (const other of [password.trim(), password.toLowerCase(), password.slice(0, -1)]) {
    expect(await passwordFits(other, made)).toBe(false);
  }
  expect(await passwordFits(`${'x'.repeat(127)}y`, await hashPassword('x'.repeat(128)))).toBe(
    false,
  );
  expect(await passwordFits('a decoy that is never the answer', null)).toBe(false);
});
