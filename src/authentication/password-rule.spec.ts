import { describe, expect, test } from '@jest/globals';
import { commonWords } from './common-passwords.js';
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
    ['spaces', 'w 4 k p 9 m ', email],
    ['four characters again and again', 'k7mzk7mzk7mz', email],
    ['the name of a part of the address', 'purple smit kettle', email],
    ['the domain of the address', 'purple example.org kettle', email],
    ['a common one with more to it', 'password1234 drummer', email],
    ['a local part of three, which is in many words', 'bobsleigh kettle', 'bob@example.org'],
    ['an address without a local part', 'purple kettle drummer', '@example.org'],
  ])('%s: is taken', (_, password, address) => {
    expect(problemOfPassword(password, { email: address })).toBeUndefined();
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
    ['a piece of the alphabet again and again', 'abcdabcdabcd', email, /Many people/],
    ['the alphabet with spaces', 'a b c d e f ', email, /Many people/],
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
    expect(problemOfPassword(password, { email: address })?.()).toMatch(sentence);
  });

  // All of them stand in published lists of what people use, or are made the same way.
  test.each(
    (
      'password12345 Password123! P@ssw0rd1234 passw0rdpassw0rd 12345678987654321 qwertyuiop123 ' +
      'qwerty123456789 1qaz2wsx3edc4rfv zaq12wsxcde3 asdfghjkl1234 abcd12345678 a1b2c3d4e5f6g7 ' +
      'iloveyou12345 iloveyou_forever Welcome2024!! welkom123456 Sunshine2023 football1234 ' +
      'liverpool1892 manchesterunited michaeljordan23 christopher1 jennifer1985 princess12345 ' +
      'babygirl12345 spongebob-pokemon Summer2025!!! zomer2024!!!! dragonball123 superman12345 ' +
      'trustno1trustno1 letmein123456 administrator1 changeme12345 Amsterdam2020 deutschland1 ' +
      'harrypotter12 starwars12345 monkey12monkey12 TestTest1234 correcthorsebatterystaple ' +
      'barcelona1899 ronaldo123456 unbelievable1 charlie123456 minecraft1234 00password00'
    ).split(' '),
  )('%s: is one that many people use', (password) => {
    expect(problemOfPassword(password, { email })?.()).toMatch(/Many people/);
  });

  test('the most usual of 12 characters and more are known: tens of thousands', () => {
    const endings =
      '1 12 123 1234 12345 123456 ! !! 1! 123! 01 007 69 99 2000 2020 2024 2026 2027!'.split(' ');
    const made = [...commonWords]
      .flatMap((word) => endings.flatMap((end) => [word + end, end + word, word + end + word]))
      .filter((password) => password.length >= 12);
    expect(made.length).toBeGreaterThan(3_000);
    const taken = made.filter((password) => !problemOfPassword(password, { email }));
    expect(taken).toEqual([]);
  });

  const owner = {
    email: 'anna@matchpunt.example',
    name: 'Anna Visser',
    organisation: 'Matchpunt Nederland',
  };

  test.each(['Visser-1985-07-14', 'matchpunt 2027!', 'visser@matchpunt', 'NederlandVisser99'])(
    '%s: is little more than names',
    (password) => {
      expect(problemOfPassword(password, owner)?.()).toMatch(/little more than your name/);
    },
  );

  test.each(['visser kettle purple', 'matchpunt drummer', 'nederland zinc otter'])(
    '%s: has enough beside a name',
    (password) => {
      expect(problemOfPassword(password, owner)).toBeUndefined();
    },
  );
});
