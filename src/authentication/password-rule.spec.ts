import { describe, expect, test } from '@jest/globals';
import { problemOfPassword } from './password-rule.js';

const email = 'anna.smit@example.org';

describe('a password (NIST SP 800-63B)', () => {
  test.each([
    ['a few words', 'purple kettle drummer', email],
    ['12 characters', 'hb7wq2kx9mzd', email],
    ['128 characters', 'abcdefgh'.repeat(16), email],
    ['12 emoji, which are 24 code units', '🔑🧂🌋🐙🔑🧂🌋🐙🔑🧂🌋🐙', email],
    ['128 emoji', '🔑🧂🌋🐙'.repeat(32), email],
    ['small letters alone', 'kettledrummerpurple', email],
    ['spaces', 'a b c d e f ', email],
    ['four characters again and again', 'abcdabcdabcd', email],
    ['the name of a part of the address', 'purple smit kettle', email],
    ['the domain of the address', 'purple example.org kettle', email],
    ['a common one with more to it', 'password1234 drummer', email],
    ['a local part of three, which is in many words', 'bobsleigh kettle', 'bob@example.org'],
    ['an address without a local part', 'purple kettle drummer', '@example.org'],
  ])('%s: is taken', (_, password, address) => {
    expect(problemOfPassword(password, address)).toBeUndefined();
  });

  test.each([
    ['nothing', '', email, /at least 12/],
    ['11 characters', 'hb7wq2kx9mz', email, /at least 12/],
    ['11 emoji, which are 22 code units', '🔑🧂🌋🐙🔑🧂🌋🐙🔑🧂🌋', email, /at least 12/],
    ['129 characters', `${'abcdefgh'.repeat(16)}x`, email, /at most 128/],
    ['a million characters', 'abcdefgh'.repeat(125_000), email, /at most 128/],
    ['one character', 'aaaaaaaaaaaaaaaa', email, /repeats/],
    ['one emoji', '🔑'.repeat(12), email, /repeats/],
    ['spaces alone', ' '.repeat(12), email, /repeats/],
    ['one character in both cases', 'aAaAaAaAaAaA', email, /repeats/],
    ['three characters', 'abcabcabcabc', email, /repeats/],
    ['a common one', 'password1234', email, /Many people/],
    ['a common one in capitals', 'PassWord1234', email, /Many people/],
    ['a common one with separators', 'correct horse battery-staple', email, /Many people/],
    ['digits in their order', '123456789012', email, /Many people/],
    ['the name in the address', 'xx anna.smit 2027', email, /e-mail address/],
    ['the name in the address without its dot', 'annasmit-2027!', email, /e-mail address/],
    ['the name in the address in capitals', 'ANNA.SMIT 2027', email, /e-mail address/],
    ['a name of four letters', 'anna kettle drummer', 'Anna@example.org', /e-mail address/],
    ['the name before a plus', 'annasmit kettle', 'annasmit+keys@example.org', /e-mail address/],
    ['the name of the service', 'my Keyturn secret', email, /name of this service/],
    [
      'the name of the service with separators',
      'purple key-turn 27',
      email,
      /name of this service/,
    ],
  ])('%s: is refused', (_, password, address, sentence) => {
    expect(problemOfPassword(password, address)?.()).toMatch(sentence);
  });
});
