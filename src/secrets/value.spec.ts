import { describe, expect, test } from '@jest/globals';
import { crc32 } from 'node:zlib';
import {
  alphabet,
  hasValidForm,
  hintOf,
  inspectValue,
  mark,
  newValue,
  type RandomBytes,
  valueForm,
} from './value.js';

/** Made with another implementation of CRC-32 (zlib's). */
const good = 'a1Z_kt1_0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZa4LB4Sn';

/** Gives these bytes again and again. */
function repeating(...bytes: number[]): RandomBytes {
  let next = 0;
  return (length) => Uint8Array.from({ length }, () => bytes[next++ % bytes.length]!);
}

describe('20,000 new values (S6)', () => {
  const values = Array.from({ length: 20_000 }, () => newValue());

  test('are all different', () => {
    expect(new Set(values).size).toBe(20_000);
  });

  test('have the form that scanners look for, and a right checksum', () => {
    const wrong = values.filter(
      (value) =>
        value.length !== 51 ||
        !/^[0-9A-Za-z]{3}_kt1_[0-9A-Za-z]{43}$/.test(value) ||
        !hasValidForm(value) ||
        inspectValue(value) !== 'well_formed',
    );
    expect(wrong).toEqual([]);
  });

  test('use every character equally often', () => {
    const counts = new Map([...alphabet].map((character) => [character, 0]));
    for (const value of values) {
      for (const character of value.slice(0, 3) + value.slice(8, 45)) {
        counts.set(character, counts.get(character)! + 1);
      }
    }
    // 12,903 each; with a plain `byte % 62` the first eight would come 15,625 times.
    const odd = [...counts].filter(([, count]) => Math.abs(count - 12_903) > 900);
    expect(odd).toEqual([]);
  });
});

describe('the parts of a value (S6)', () => {
  test('the alphabet is base 62, digits first, then capitals', () => {
    expect(alphabet).toHaveLength(62);
    expect(new Set(alphabet).size).toBe(62);
    expect([...alphabet].sort().join('')).toBe(alphabet);
    expect(alphabet).toMatch(/^[0-9A-Za-z]+$/);
  });

  test('no character needs quoting', () => {
    expect(mark).toBe('_kt1_');
    expect(encodeURIComponent(good)).toBe(good);
    expect(good).toMatch(valueForm);
  });

  test.each([
    ['byte 0 is the first character', 0, '0'],
    ['byte 61 is the last', 61, 'z'],
    ['byte 62 begins anew', 62, '0'],
    ['byte 247 is the last one used', 247, 'z'],
    ['byte 248 is thrown away', 248, '1'],
    ['byte 255 is thrown away', 255, '1'],
  ])('%s', (_, byte, character) => {
    expect(newValue(repeating(byte, 1))[0]).toBe(character);
  });

  test('a known value comes out whole', () => {
    const zeros = '000_kt1_00000000000000000000000000000000000001C6Dfe';
    expect(newValue(repeating(0))).toBe(zeros);
  });

  test('the hint is the first three characters', () => {
    expect(hintOf(good)).toBe('a1Z');
  });
});

describe('CRC-32', () => {
  test.each([
    ['123456789', 'cbf43926'],
    ['', '00000000'],
    ['a', 'e8b7be43'],
    ['The quick brown fox jumps over the lazy dog', '414fa339'],
  ])('of "%s" is %s', (text, expected) => {
    expect(crc32(Buffer.from(text)).toString(16).padStart(8, '0')).toBe(expected);
  });
});

describe('a pasted text (S14)', () => {
  const body = good.slice(0, -6);

  test.each([
    ['a value', good, 'well_formed'],
    [
      'a value whose checksum has leading zeros',
      'jD9_kt1_Ycv6e7adPOPpqRkRRcbSTrKc8y2mAe0K2Qc1Y00AoUK',
      'well_formed',
    ],
    ['another checksum', `${body}000000`, 'broken'],
    ['the last character missing', good.slice(0, -1), 'broken'],
    ['the first character missing', good.slice(1), 'broken'],
    ['the hint missing', good.slice(3), 'broken'],
    ['all but the beginning missing', good.slice(0, 7), 'broken'],
    ['one character too many', `${good}a`, 'broken'],
    ['quotes', `"${good}"`, 'broken'],
    ['a quote at the end', `${good}'`, 'broken'],
    ['a space before it', ` ${good}`, 'broken'],
    ['a line end behind it', `${good}\n`, 'broken'],
    ['a space in the middle', `${good.slice(0, 20)} ${good.slice(20)}`, 'broken'],
    ['a line of an .env file', `CLIENT_SECRET=${good}`, 'broken'],
    ['all in capitals', good.toUpperCase(), 'broken'],
    ['the mark mistyped', good.replace('_kt1_', '_ktl_'), 'broken'],
    ['a value that came twice', good + good, 'broken'],
    ['a client ID', '3f0d6a52-6f7e-4d7c-9b1a-0c2f6f1e9a10', 'client_id'],
    ['a client ID in capitals', '3F0D6A52-6F7E-4D7C-9B1A-0C2F6F1E9A10', 'client_id'],
    [
      'a client ID with quotes and spaces',
      ' "3f0d6a52-6f7e-4d7c-9b1a-0c2f6f1e9a10"\n',
      'client_id',
    ],
    ['a client ID that was cut', '3f0d6a52-6f7e-4d7c-9b1a-0c2f6f1e9a1', 'unknown'],
    ['a secret of somebody else', 'ghp_16C7e42F292c6912E7710c838347Ae178B4a', 'unknown'],
    ['51 letters', 'a'.repeat(51), 'unknown'],
    ['a word', 'hello', 'unknown'],
    ['nothing', '', 'unknown'],
    ['much text', 'a'.repeat(1_000_000), 'unknown'],
  ])('%s', (_, text, expected) => {
    expect(inspectValue(text)).toBe(expected);
    expect(hasValidForm(text)).toBe(expected === 'well_formed');
  });

  test('one wrong character is always noticed, wherever it is', () => {
    const strange = [' ', '-', '_', '"', '=', 'é'];
    const missed: string[] = [];
    for (const value of [good, ...Array.from({ length: 20 }, () => newValue())]) {
      for (let place = 0; place < value.length; place++) {
        for (const character of [...alphabet, ...strange]) {
          if (character === value[place]) continue;
          const wrong = value.slice(0, place) + character + value.slice(place + 1);
          if (inspectValue(wrong) !== 'broken') missed.push(wrong);
        }
      }
    }
    expect(missed).toEqual([]);
  });

  test('two neighbours that changed places are always noticed', () => {
    for (let place = 0; place < good.length - 1; place++) {
      const [a, b] = [good[place]!, good[place + 1]!];
      if (a === b) continue;
      expect(hasValidForm(good.slice(0, place) + b + a + good.slice(place + 2))).toBe(false);
    }
  });
});
