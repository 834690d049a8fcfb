import { describe, expect, test } from '@jest/globals';
import { newRecoveryCodes, normaliseRecoveryCode } from './recovery-code.js';

describe('new recovery codes (R1)', () => {
  const many = Array.from({ length: 1_000 }, () => newRecoveryCodes());

  test('there are ten', () => {
    expect(many.filter((codes) => codes.length !== 10)).toEqual([]);
  });

  test('are six groups of four characters that nobody confuses', () => {
    const form = /^[2-9a-hjkmnp-z]{4}(-[2-9a-hjkmnp-z]{4}){5}$/;
    expect(many.flat().filter((code) => !form.test(code))).toEqual([]);
  });

  test('are all different', () => {
    expect(new Set(many.flat()).size).toBe(10_000);
  });

  test('have at least 112 random bits: 24 characters out of 31, each as likely', () => {
    const counts = new Map<string, number>();
    for (const character of many.flat().join('').replaceAll('-', '')) {
      counts.set(character, (counts.get(character) ?? 0) + 1);
    }
    expect(counts.size).toBe(31);
    expect(24 * Math.log2(31)).toBeGreaterThan(112);
    // 7,742 each; with `byte % 31` eight of them would come 8,437 times and the others 7,500.
    expect([...counts].filter(([, count]) => Math.abs(count - 7_742) > 560)).toEqual([]);
  });
});

describe('a code that somebody types', () => {
  test.each([
    ['as it was shown', 'k7qf-2m9x-w4hd-zr3c'],
    ['in capitals', 'K7QF-2M9X-W4HD-ZR3C'],
    ['without dashes', 'k7qf2m9xw4hdzr3c'],
    ['with spaces', ' k7qf 2m9x w4hd zr3c '],
    ['with the dashes of a word processor', 'k7qf–2m9x—w4hd‑zr3c'],
    ['with line ends and tabs', 'k7qf-2m9x\r\n\tw4hd-zr3c\n'],
    ['with characters that are not seen', '\ufeffk7qf-2m9x\u00ad-w4hd-zr3c\u200b'],
    ['with a full stop', 'k7qf-2m9x-w4hd-zr3c.'],
  ])('%s', (_, text) => {
    expect(normaliseRecoveryCode(text)).toBe('k7qf2m9xw4hdzr3c');
  });

  test.each([
    ['another code stays another one', 'k7qf-2m9x-w4hd-zr3d', 'k7qf2m9xw4hdzr3d'],
    [
      'a character that codes do not have stays, so that it does not fit',
      'k7qf-2m9x-w4hd-zr30',
      'k7qf2m9xw4hdzr30',
    ],
    ['nothing', '', ''],
    ['dashes alone', '----', ''],
  ])('%s', (_, text, expected) => {
    expect(normaliseRecoveryCode(text)).toBe(expected);
  });

  test('every new code fits itself', () => {
    for (const code of newRecoveryCodes()) {
      expect(normaliseRecoveryCode(code.toUpperCase())).toBe(code.replaceAll('-', ''));
    }
  });
});
