import { describe, expect, test } from '@jest/globals';
import { type RunFacts, troublesOf } from './watch-rule.js';

const now = new Date('2027-03-02T09:00:00Z');
const ago = (hours: number) => new Date(now.getTime() - hours * 3_600_000);
const complete = (hours: number, noRecipient = 0) => ({
  startedAt: ago(hours + 0.1),
  finishedAt: ago(hours),
  noRecipient,
});
const broken = (hours: number, error: string | null = 'Error 57014') => ({
  startedAt: ago(hours),
  error,
});
const quiet: RunFacts = { complete: complete(2), broken: null, since: ago(9999), missed: 0 };

describe('what is wrong with the reminders (M12)', () => {
  test.each<[string, Partial<RunFacts>, string[]]>([
    ['a run two hours ago', {}, []],
    ['exactly 26 hours without one', { complete: complete(26) }, []],
    ['more than 26 hours', { complete: complete(26.001) }, ['overdue']],
    ['never a run, and nothing to remind of', { complete: null, since: null }, []],
    ['never a run, and little to wait for', { complete: null, since: ago(26) }, []],
    ['never a run in 27 hours', { complete: null, since: ago(27) }, ['overdue']],
    ['a run that threw and was not repeated', { broken: broken(1) }, ['broke_off']],
    ['a run that was killed', { broken: broken(1, null) }, ['broke_off']],
    ['one that threw and was repeated', { broken: broken(3) }, []],
    ['only runs that threw', { complete: null, broken: broken(1), since: ago(1) }, ['broke_off']],
    ['a run that scanned nothing', { missed: 3 }, ['missed']],
    ['nobody to be told', { complete: complete(2, 1) }, ['no_recipient']],
    [
      'all at once',
      { complete: complete(27, 2), broken: broken(1), missed: 1 },
      ['overdue', 'broke_off', 'missed', 'no_recipient'],
    ],
  ])('%s', (_name, changes, kinds) => {
    expect(troublesOf({ ...quiet, ...changes }, now).map(({ kind }) => kind)).toEqual(kinds);
  });

  test('is said in a sentence', () => {
    const all = { ...quiet, complete: complete(27, 1), broken: broken(1), missed: 2 };
    expect(troublesOf(all, now).map(({ text }) => text())).toEqual([
      'No reminder run came to its end for more than 26 hours. The last one ended Mon 1 March 2027, 06:00 UTC.',
      'The reminder run of Tue 2 March 2027, 08:00 UTC broke off: Error 57014.',
      'The last reminder run says that it is complete, but left out 2 secrets in the last week.',
      'Nobody can be reminded of 1 secret that ends soon.',
    ]);
  });
});
