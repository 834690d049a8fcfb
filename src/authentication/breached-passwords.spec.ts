import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Config } from '../platform/config/config.js';
import { BreachedPasswords } from './breached-passwords.js';

const folder = mkdtempSync(join(tmpdir(), 'breached-'));
afterAll(() => rmSync(folder, { recursive: true }));

const stolen = Array.from({ length: 1_500 }, (_, number) => `stolen password ${number}`);
const lineOf = (password: string) =>
  `${createHash('sha1').update(password).digest('hex').toUpperCase()}:${password.length ** 5}`;
let list: BreachedPasswords;

function listOf(passwords: string[], end = '\r\n'): BreachedPasswords {
  const file = join(folder, `${passwords.length}${end.length}.txt`);
  writeFileSync(
    file,
    passwords
      .map((each) => lineOf(each) + end)
      .sort()
      .join(''),
  );
  return new BreachedPasswords({ BREACHED_PASSWORDS_FILE: file } as Config);
}

const refused = (passwords: BreachedPasswords, password: string) =>
  passwords.refuse('password', password).then(
    () => false,
    () => true,
  );

beforeAll(() => {
  list = listOf(stolen);
});

test('each line of the file is found, the first and the last too', async () => {
  for (const password of stolen) expect(await refused(list, password)).toBe(true);
});

test('nothing else is found', async () => {
  for (const password of stolen) expect(await refused(list, `${password}!`)).toBe(false);
});

test.each([0, 1, 2, 3])('a file of %i lines', async (count) => {
  const few = listOf(stolen.slice(0, count), '\n');
  for (const password of stolen.slice(0, count)) expect(await refused(few, password)).toBe(true);
  expect(await refused(few, 'another one')).toBe(false);
});

test('without a file nothing is refused', async () => {
  expect(await refused(new BreachedPasswords({} as Config), stolen[0]!)).toBe(false);
});

test('the sentence stands at the field', async () => {
  const refusal = list.refuse('newPassword', stolen[7]!);
  await expect(refusal).rejects.toMatchObject({
    fields: { newPassword: expect.stringContaining('stolen') as unknown },
  });
});
