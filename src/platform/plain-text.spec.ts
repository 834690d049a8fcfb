import { describe, expect, test } from '@jest/globals';
import { cleanName, nameProblem, problemOfLine, problemOfName } from './plain-text.js';

const character = (code: number) => String.fromCodePoint(code);

describe('a name (S2)', () => {
  test.each([
    ['a plain one', 'Secret by Anna'],
    ['one character', 'x'],
    ['100 characters', 'x'.repeat(100)],
    ['100 emoji, which are 200 code units', '🔑'.repeat(100)],
    ['100 accents typed as two code points each', 'e\u0301'.repeat(100)],
    ['spaces around it', `  ${'x'.repeat(100)}  `],
    ['a line end behind it', 'nightly job\n'],
    ['accents', 'Société française du sang, Île-de-Ré'],
    ['Cyrillic', 'Станция переливания'],
    ['Hebrew', 'מרכז דם'],
    ['Arabic', 'بنك الدم'],
    ['Devanagari', 'रक्त केंद्र'],
    ['Chinese', '骨髓库'],
    ['what HTML and shells care about', `<b>"A&B"</b> '; drop table $(x) =1+1`],
  ])('%s is taken', (_, text) => {
    expect(nameProblem(text)).toBeUndefined();
    expect(problemOfName(text)).toBeUndefined();
  });

  test.each([
    ['nothing', '', 'empty'],
    ['spaces', '   ', 'empty'],
    ['white space of all kinds', '\t\r\n\u00a0\u3000\u2028', 'empty'],
    ['101 characters', 'x'.repeat(101), 'too_long'],
    ['101 emoji', '🔑'.repeat(101), 'too_long'],
    ['half an emoji', 'a\ud83d', 'broken'],
    ['the other half', '\udd11a', 'broken'],
    ['a code point that will never be a character', `a${character(0xfffe)}`, 'broken'],
    ['a private character', `a${character(0xe000)}`, 'broken'],
    ['a family that is joined by ZWJ', '👩\u200d👧', 'invisible'],
  ])('%s: %s is refused', (_, text, expected) => {
    expect(nameProblem(text)).toBe(expected);
    expect(problemOfName(text)!()).toMatch(/\.$/);
    expect(problemOfLine(text)!()).toMatch(/\.$/);
  });

  test.each([
    ['U+0000', 'NUL', 'control'],
    ['U+0007', 'BEL', 'control'],
    ['U+0009', 'TAB', 'control'],
    ['U+000A', 'LF', 'control'],
    ['U+000D', 'CR', 'control'],
    ['U+001B', 'ESC', 'control'],
    ['U+007F', 'DEL', 'control'],
    ['U+0080', 'the first C1', 'control'],
    ['U+0085', 'NEL', 'control'],
    ['U+009F', 'the last C1', 'control'],
    ['U+2028', 'line separator', 'control'],
    ['U+2029', 'paragraph separator', 'control'],
    ['U+061C', 'Arabic letter mark', 'bidi'],
    ['U+200E', 'left-to-right mark', 'bidi'],
    ['U+200F', 'right-to-left mark', 'bidi'],
    ['U+202A', 'left-to-right embedding', 'bidi'],
    ['U+202E', 'right-to-left override', 'bidi'],
    ['U+2066', 'left-to-right isolate', 'bidi'],
    ['U+2069', 'pop directional isolate', 'bidi'],
    ['U+00AD', 'soft hyphen', 'invisible'],
    ['U+034F', 'grapheme joiner', 'invisible'],
    ['U+200B', 'zero-width space', 'invisible'],
    ['U+200C', 'zero-width non-joiner', 'invisible'],
    ['U+200D', 'zero-width joiner', 'invisible'],
    ['U+2060', 'word joiner', 'invisible'],
    ['U+2064', 'invisible plus', 'invisible'],
    ['U+2800', 'empty Braille pattern', 'invisible'],
    ['U+3164', 'Hangul filler', 'invisible'],
    ['U+FE0F', 'variation selector', 'invisible'],
    ['U+FEFF', 'byte order mark', 'invisible'],
    ['U+FFF9', 'interlinear anchor', 'invisible'],
    ['U+FFFB', 'interlinear terminator', 'invisible'],
    ['U+E0041', 'tag letter', 'invisible'],
    ['U+FDD0', 'noncharacter', 'broken'],
    ['U+10FFFF', 'the last code point', 'broken'],
  ] as const)('%s (%s) inside a name is refused as %s', (code, _, expected) => {
    expect(nameProblem(`a${character(Number.parseInt(code.slice(2), 16))}b`)).toBe(expected);
  });

  test('another limit can be given', () => {
    expect(nameProblem('abcd', 3)).toBe('too_long');
    expect(problemOfName('abcd', 3)!()).toBe('A name has 3 characters at most.');
  });
});

describe('a name as it is kept', () => {
  test.each([
    ['trimmed', '  Anna  ', 'Anna'],
    ['composed, so that é typed in two ways is one name', 'Ame\u0301lie', 'Am\u00e9lie'],
    ['without a byte order mark that was copied along', '\ufeffAnna', 'Anna'],
    ['with single spaces', 'Night  export \u00a0\u3000 2026', 'Night export 2026'],
  ])('%s', (_, text, expected) => {
    expect(cleanName(text)).toBe(expected);
  });
});
