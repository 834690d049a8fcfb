import { describe, expect, test } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { speaking } from '../platform/language/speaking.js';
import { answerText } from './answer-words.js';

/** Every reason that stands in the code, with values in its places. */
const reasons = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((file) => file.endsWith('.ts') && !/answer-words|\.spec\./.test(file))
  .flatMap((file) => readFileSync(`src/${file}`, 'utf8').match(/(?<=['`])not sent: [^'`]+/g) ?? [])
  .map((text) =>
    text.replace('${cared.until}', '2027-06-03').replace(/\$\{.*?\}/g, 'Anna “;” Visser'),
  );

describe('why nothing was sent', () => {
  test.each(reasons)('%s: is told in the language of the reader', (kept) => {
    expect(answerText(kept).replace('Thu 3 June 2027', '2027-06-03')).toBe(kept);
    expect(speaking('de', () => answerText(kept))).toMatch(/^nicht gesendet: /);
  });

  test('is found in the code at all', () => {
    expect(reasons.length).toBeGreaterThan(8);
  });

  test.each(['', '550 no such mailbox', 'not sent: by another version'])('%j stays', (kept) => {
    expect(speaking('de', () => answerText(kept))).toBe(kept);
  });
});
