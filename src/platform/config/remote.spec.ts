import { expect, test } from '@jest/globals';
import type { ConfigurationError } from './config.js';
import { readRemote } from './remote.js';

const complete = {
  KEYTURN_URL: 'https://keyturn.example.org/',
  KEYTURN_CLIENT_ID: 'id',
  KEYTURN_CLIENT_SECRET: 'abc_kt1_hidden',
};

function problems(changes: Record<string, string | undefined>): string[] {
  try {
    readRemote({ ...complete, ...changes });
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
}

test('without an address commands work on the database', () => {
  expect(readRemote({ ...complete, KEYTURN_URL: '' })).toBeUndefined();
  expect(readRemote(complete)).toMatchObject({ url: 'https://keyturn.example.org' });
});

test.each([
  'keyturn.example.org',
  'http://keyturn.example.org',
  'ftp://localhost',
  'https://keyturn.example.org/api',
  'https://user:abc@keyturn.example.org',
  'https://keyturn.example.org?x=1',
])('%s is no address of a service', (url) => {
  expect(problems({ KEYTURN_URL: url })).toEqual([
    expect.stringMatching(/^KEYTURN_URL is wrong: it should be/),
  ]);
});

test('everything that is missing is named at once, and no value', () => {
  const found = problems({ KEYTURN_CLIENT_ID: '', KEYTURN_CLIENT_SECRET: undefined });
  expect(found.map((line) => line.split(' ')[0])).toEqual([
    'KEYTURN_CLIENT_ID',
    'KEYTURN_CLIENT_SECRET',
  ]);
  expect(problems({ KEYTURN_URL: 'http://hidden.example' }).join()).not.toContain('hidden');
});
