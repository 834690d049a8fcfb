import { expect, test } from '@jest/globals';
import { giveUpAfter, pauseAfter } from './retry.js';

const since = new Date('2027-06-01T00:00:00Z');
const after = (seconds: number) => new Date(since.getTime() + seconds * 1_000);

test.each([
  ['at once', 0, 5],
  ['after 4 seconds', 4, 5],
  ['after 20 seconds', 20, 20],
  ['after ten minutes', 600, 600],
  ['after 59 minutes', 59 * 60, 59 * 60],
  ['after two hours', 7_200, 3_600],
  ['after two days', 2 * 86_400, 3_600],
  ['when the clock was set back', -60, 5],
])('a message that was refused %s waits', (_, seconds, pause) => {
  expect(pauseAfter(since, after(seconds))).toBe(pause * 1_000);
});

test('in three days a message is tried about eighty times, each pause at most twice the one before', () => {
  let [seconds, attempts, before] = [0, 1, 5];
  while (seconds * 1_000 < giveUpAfter) {
    const pause = pauseAfter(since, after(seconds)) / 1_000;
    expect(pause).toBeLessThanOrEqual(2 * before);
    [seconds, attempts, before] = [seconds + pause, attempts + 1, pause];
  }
  expect(attempts).toBe(83);
});
