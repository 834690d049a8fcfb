import 'reflect-metadata';
import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { main } from './main.js';

const spoken = { out: [] as unknown[], err: [] as unknown[] };
beforeEach(() => {
  spoken.out = [];
  spoken.err = [];
  jest.spyOn(console, 'log').mockImplementation((text: unknown) => void spoken.out.push(text));
  jest.spyOn(console, 'error').mockImplementation((text: unknown) => void spoken.err.push(text));
});
afterEach(() => {
  jest.restoreAllMocks();
});

describe('the command', () => {
  test.each([
    [['remind', '--as-of', '2027-02-30'], 'is not an instant'],
    [['remind', '--as-of', 'tomorrow'], 'is not an instant'],
    [['frobnicate'], 'Usage:'],
    [[], 'Usage:'],
    [['remind', '--frob'], '--frob'],
    [['remind', 'twice'], 'Usage: keyturn remind'],
    [['demo-code'], 'Usage: keyturn demo-code <address>'],
  ])('refuses %j in words, and without a stack', async (words, sentence) => {
    expect(await main(words)).toBe(2);
    expect(spoken.out).toEqual([]);
    expect(spoken.err).toEqual([expect.stringContaining(sentence)]);
    expect(spoken.err[0]).not.toContain('    at ');
  });

  test.each([
    [['--help'], 'Usage: keyturn <command>'],
    [['remind', '--help'], 'Usage: keyturn remind [--as-of <as-of>] [--json]'],
    [['invite-it', '-h'], 'Usage: keyturn invite-it'],
  ])('explains itself: %j', async (words, sentence) => {
    expect(await main(words)).toBe(0);
    expect(spoken.err).toEqual([]);
    expect(spoken.out).toEqual([expect.stringContaining(sentence)]);
  });
});
