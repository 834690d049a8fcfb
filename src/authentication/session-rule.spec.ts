import { describe, expect, test } from '@jest/globals';
import { factorIsFresh, standing } from './session-rule.js';

const settings = { lockAfter: 60, endAfter: 120, endAtMost: 480, stepUpWithin: 15 };
const now = new Date('2027-01-03T12:00:00Z');
const ago = (minutes: number) => new Date(now.getTime() - minutes * 60_000);

describe('a session (R10)', () => {
  test.each([
    ['just used', 10, 0, 'open'],
    ['idle for 59 minutes', 100, 59, 'open'],
    ['idle for 60 minutes', 100, 60, 'locked'],
    ['idle for 119 minutes', 200, 119, 'locked'],
    ['idle for 120 minutes', 200, 120, 'over'],
    ['in use for 7 h 59', 479, 1, 'open'],
    ['in use for 8 h', 480, 1, 'over'],
  ] as const)('%s is %s', (_, age, idle, expected) => {
    const session = {
      createdAt: ago(age),
      seenAt: ago(idle),
      factorAt: null,
      stage: 'full',
    } as const;
    expect(standing(session, now, settings)).toBe(expected);
  });

  test.each([
    ['14 minutes after the password', 14, 14, 'open'],
    ['15 minutes after the password', 15, 15, 'over'],
    ['kept alive for an hour', 60, 1, 'over'],
  ] as const)('without its second factor, %s: %s', (_, age, idle, expected) => {
    const session = {
      createdAt: ago(age),
      seenAt: ago(idle),
      factorAt: null,
      stage: 'code',
    } as const;
    expect(standing(session, now, settings)).toBe(expected);
  });
});

describe('a step-up (R9)', () => {
  test.each([
    ['no code in this session', null, false],
    ['a code 15 minutes ago', ago(15), true],
    ['a code 15 minutes and a second ago', ago(15 + 1 / 60), false],
  ])('%s', (_, factorAt, fresh) => {
    const session = { createdAt: ago(100), seenAt: now, factorAt, stage: 'full' } as const;
    expect(factorIsFresh(session, now, settings)).toBe(fresh);
  });
});
