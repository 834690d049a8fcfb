import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { addDays, daysBetween, startOf, type UtcDay, utcDay } from '../platform/utc-day.js';
import { dueMilestone, label, type Milestone, milestoneDay, milestones } from './milestones.js';

const hour = 3_600_000;
const last = '2027-06-03' as UtcDay;
const end = new Date('2027-06-04T00:00:00Z');
const created = new Date('2026-12-01T15:00:00Z');

/** 07:00 UTC of the day with so many days left. */
const run = (left: number) => new Date(startOf(addDays(last, -left)).getTime() + 7 * hour);
const createdWith = (left: number) => new Date(startOf(addDays(last, -left)).getTime() + 15 * hour);
const done = (...sent: Milestone[]) => new Set(sent);

describe('nothing was sent yet (M1, M2)', () => {
  test.each([
    [183, undefined],
    [43, undefined],
    [42, '42'],
    [41, '42'],
    [22, '42'],
    [21, '21'],
    [20, '21'],
    [8, '21'],
    [7, '7'],
    [6, '6'],
    [5, '5'],
    [4, '4'],
    [3, '3'],
    [2, '2'],
    [1, '1'],
    [0, '0'],
    [-1, 'expired'],
    [-2, 'expired'],
    [-400, 'expired'],
  ] as const)('%i days left: %s', (left, expected) => {
    expect(dueMilestone({ createdAt: created, expiresAt: end }, run(left), done())).toBe(expected);
  });
});

describe('something was sent already (M2)', () => {
  test.each([
    ['six weeks, and it was', 42, done('42'), undefined],
    ['22 days, six weeks was', 22, done('42'), undefined],
    ['21 days, six weeks was', 21, done('42'), '21'],
    ['21 days, six weeks was not and is dropped', 21, done(), '21'],
    ['20 days, three weeks was: six is not caught up', 20, done('21'), undefined],
    ['8 days, both were', 8, done('42', '21'), undefined],
    ['8 days, only six weeks was', 8, done('42'), '21'],
    ['7 days, three weeks was not and is dropped', 7, done('42'), '7'],
    ['7 days, and it was', 7, done('42', '21', '7'), undefined],
    ['4 days, yesterday’s was not and is not caught up', 4, done('42', '21', '7', '6'), '4'],
    ['4 days, today’s was: yesterday’s is not caught up', 4, done('4'), undefined],
    ['last day, and it was', 0, done('0'), undefined],
    ['over, the last day’s was not', -1, done(), 'expired'],
    ['over, all were', -1, done(...milestones), undefined],
    ['over for a month, and it was said', -30, done('expired'), undefined],
  ] as const)('%s', (_, left, sent, expected) => {
    expect(dueMilestone({ createdAt: created, expiresAt: end }, run(left), sent)).toBe(expected);
  });
});

describe('the days are UTC days, the end is exclusive', () => {
  test.each([
    ['the last millisecond before six weeks', '2027-04-21T23:59:59.999Z', undefined],
    ['the first millisecond of six weeks', '2027-04-22T00:00:00.000Z', '42'],
    ['the last millisecond of the last day', '2027-06-03T23:59:59.999Z', '0'],
    ['the end', '2027-06-04T00:00:00.000Z', 'expired'],
  ])('%s', (_, now, expected) => {
    expect(dueMilestone({ createdAt: created, expiresAt: end }, new Date(now), done())).toBe(
      expected,
    );
  });

  test.each([
    ['the evening before', '2027-06-02T20:00:00.000Z', '1'],
    ['that morning', '2027-06-03T07:00:00.000Z', '0'],
    ['a millisecond before', '2027-06-03T09:59:59.999Z', '0'],
    ['that instant', '2027-06-03T10:00:00.000Z', 'expired'],
    ['that evening', '2027-06-03T20:00:00.000Z', 'expired'],
    ['the next morning', '2027-06-04T07:00:00.000Z', 'expired'],
  ])('an end at 10:00 of its last day, %s', (_, now, expected) => {
    const expiresAt = new Date('2027-06-03T10:00:00Z');
    expect(dueMilestone({ createdAt: created, expiresAt }, new Date(now), done())).toBe(expected);
  });
});

describe('a run every day, by the days left at the creation (M1, M3)', () => {
  const week = ['7', '6', '5', '4', '3', '2', '1', '0'];
  test.each([
    [366, ['42', '21', ...week, 'expired']],
    [43, ['42', '21', ...week, 'expired']],
    [42, ['21', ...week, 'expired']],
    [41, ['21', ...week, 'expired']],
    [22, ['21', ...week, 'expired']],
    [21, [...week, 'expired']],
    [20, [...week, 'expired']],
    [8, [...week, 'expired']],
    [7, ['6', '5', '4', '3', '2', '1', '0', 'expired']],
    [2, ['1', '0', 'expired']],
    [1, ['0', 'expired']],
  ])('created with %i days', (left, expected) => {
    const sent = new Map<Milestone, number>();
    for (let today = left; today >= -3; today--) {
      const secret = { createdAt: createdWith(left), expiresAt: end };
      const milestone = dueMilestone(secret, run(today), new Set(sent.keys()));
      if (milestone) sent.set(milestone, today);
    }
    expect([...sent.keys()]).toEqual(expected);
    // Each on its very day: nothing came late, because no run was missed.
    for (const [milestone, today] of sent) {
      expect(today).toBe(milestone === 'expired' ? -1 : Number(milestone));
    }
  });

  test.each([366, 43, 42, 41, 22, 21, 20, 8, 7, 1, 0])(
    'created with %i days: nothing on that day, at any time',
    (left) => {
      const secret = { createdAt: createdWith(left), expiresAt: end };
      for (const hours of [-15, -8, 0, 1, 8.999]) {
        const now = new Date(createdWith(left).getTime() + hours * hour);
        expect(dueMilestone(secret, now, done())).toBeUndefined();
      }
    },
  );

  test.each([
    ['six weeks, late', 43, 22, '42'],
    ['no six weeks, because they began before it', 42, 22, undefined],
    ['three weeks, late', 22, 8, '21'],
    ['no three weeks, because they began before it', 21, 8, undefined],
    ['today’s', 7, 5, '5'],
    ['that it has expired', 1, -10, 'expired'],
  ] as const)('after an outage: %s', (_, left, today, expected) => {
    const secret = { createdAt: createdWith(left), expiresAt: end };
    expect(dueMilestone(secret, run(today), done())).toBe(expected);
  });

  test('it ended on the day it was created: said on the next day, not on that one', () => {
    const secret = {
      createdAt: new Date('2027-06-03T08:00:00Z'),
      expiresAt: new Date('2027-06-03T10:00:00Z'),
    };
    expect(dueMilestone(secret, new Date('2027-06-03T12:00:00Z'), done())).toBeUndefined();
    expect(dueMilestone(secret, new Date('2027-06-04T07:00:00Z'), done())).toBe('expired');
  });
});

describe('milestones as days and words', () => {
  test.each([
    ['42', '2027-04-22', 'six weeks before'],
    ['21', '2027-05-13', 'three weeks before'],
    ['7', '2027-05-27', '7 days before'],
    ['2', '2027-06-01', '2 days before'],
    ['1', '2027-06-02', '1 day before'],
    ['0', '2027-06-03', 'on the last day'],
    ['expired', '2027-06-04', 'after its end'],
  ] as const)('%s comes on %s and is called "%s"', (milestone, day, words) => {
    expect(milestoneDay(milestone, end)).toBe(day);
    expect(label(milestone)).toBe(words);
  });

  test('of an end during a day, that is the day', () => {
    const expiresAt = new Date('2027-06-03T10:00:00Z');
    expect(milestoneDay('0', expiresAt)).toBe('2027-06-03');
    expect(milestoneDay('42', expiresAt)).toBe('2027-04-22');
    expect(milestoneDay('expired', expiresAt)).toBe('2027-06-03');
  });

  test('they are listed in the order in which they come', () => {
    expect(milestones).toEqual(['42', '21', '7', '6', '5', '4', '3', '2', '1', '0', 'expired']);
  });
});

describe('for any lifetime and any outages', () => {
  /** A life of 1 to 366 days, and at what minute of each day from the creation on a run begins, if at all. */
  const lives = fc
    .record({
      createdMinute: fc.integer({ min: 0, max: 365 * 1_440 }),
      days: fc.integer({ min: 1, max: 366 }),
      endMinute: fc.oneof(fc.constant(1_440), fc.integer({ min: 1, max: 1_440 })),
      up: fc.integer({ min: 1, max: 4 }),
    })
    .chain(({ createdMinute, days, endMinute, up }) => {
      const createdAt = new Date(created.getTime() + createdMinute * 60_000);
      const lastDay = addDays(utcDay(createdAt), days);
      const runMinute = fc.option(fc.integer({ min: 0, max: 1_439 }), { nil: undefined, freq: up });
      return fc.record({
        createdAt: fc.constant(createdAt),
        lastDay: fc.constant(lastDay),
        expiresAt: fc.constant(new Date(startOf(lastDay).getTime() + endMinute * 60_000)),
        runs: fc.array(runMinute, { minLength: days + 5, maxLength: days + 5 }),
      });
    });

  test('each mail at most once, none on the creation day, none of the last week missing', () => {
    fc.assert(
      fc.property(lives, ({ createdAt, lastDay, expiresAt, runs }) => {
        const first = utcDay(createdAt);
        const length = daysBetween(first, lastDay);
        const sent: Milestone[] = [];
        const wrong: unknown[] = [];
        runs.forEach((minute, index) => {
          if (minute === undefined) return;
          const now = new Date(startOf(addDays(first, index)).getTime() + minute * 60_000);
          const milestone = dueMilestone({ createdAt, expiresAt }, now, new Set(sent));
          const expected =
            index === 0 ? undefined : expectedMail(length, length - index, now >= expiresAt, sent);
          if (milestone !== expected) wrong.push({ now, milestone, expected });
          if (!milestone) return;
          sent.push(milestone);
          // A second run of the same day, as after a crash, finds nothing to do.
          const again = dueMilestone({ createdAt, expiresAt }, now, new Set(sent));
          if (again) wrong.push({ now, again });
        });
        expect(wrong).toEqual([]);
        expect(new Set(sent).size).toBe(sent.length);
        expect(sent).toEqual(milestones.filter((milestone) => sent.includes(milestone)));
      }),
      { numRuns: 1_000 },
    );
  });
});

/** M1–M3 once more, in other words: what a run after the creation day has to send. */
function expectedMail(length: number, left: number, over: boolean, sent: Milestone[]) {
  const once = (milestone: Milestone) => (sent.includes(milestone) ? undefined : milestone);
  if (over) return once('expired');
  if (left <= 7) return String(left);
  if (left <= 21) return length > 21 ? once('21') : undefined;
  return left <= 42 && length > 42 ? once('42') : undefined;
}
