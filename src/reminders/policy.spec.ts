import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { dueInstant } from '../platform/due-instant.js';
import { utcDay } from '../platform/utc-day.js';
import { decide } from './decision.js';
import type { Ending } from './endings.query.js';
import {
  dueMilestone,
  type Milestone,
  milestones,
  settledMilestone,
  stretches,
} from './milestones.js';

const day = 86_400_000;
const seed = 20_261_121;
const noon = Date.UTC(2027, 5, 15, 12);

/** Every lifetime of whole days, created and ended at any time of the day. */
const lives = fc.record({
  days: fc.integer({ min: 1, max: 366 }),
  createdAt: fc.integer({ min: -400, max: 0 }).map((offset) => noon + offset * day),
  hour: fc.integer({ min: -12 * 3_600_000, max: 12 * 3_600_000 - 1 }),
});

interface Life {
  createdAt: Date;
  expiresAt: Date;
}

function ending({ createdAt, expiresAt }: Life, recipients = 1): Ending {
  return {
    id: 'a',
    name: 'Key',
    hint: 'a7K',
    createdAt,
    expiresAt,
    firstUsedAt: null,
    lastUsedAt: null,
    owner: { kind: 'application', id: 'b', name: 'App', clientId: 'c' },
    organisation: 'Org',
    recipients: Array.from({ length: recipients }, (_, n) => ({
      id: `u${n}`,
      name: 'U',
      address: 'u@example.org',
      language: null,
      manager: true,
      orgAdmin: false,
      it: false,
      others: [],
      acts: true,
      sees: true,
      bounced: false,
      seenAt: null,
    })),
    siblings: [],
    acknowledgements: [],
  };
}

interface Sent {
  on: number;
  milestone: string;
}

/** A run at each of these instants; what was sent on which day after the epoch. */
function simulate(life: Life, runs: readonly number[]): Sent[] {
  const sent = new Set<Milestone>();
  return runs.flatMap((at) => {
    const decision = decide(ending(life), new Date(at), sent);
    if (decision?.outcome !== 'mail') return [];
    sent.add(decision.milestone);
    return [{ on: Math.floor(at / day), milestone: decision.milestone }];
  });
}

/** What M1–M3 say, counted in days after the epoch and written without looking at the service's code. */
function oracle({ createdAt, expiresAt }: Life, runs: readonly number[]): Sent[] {
  const created = Math.floor(createdAt.getTime() / day);
  const last = Math.floor((expiresAt.getTime() - 1) / day);
  const mails: Sent[] = [];
  let six = last - 42 <= created;
  let three = last - 21 <= created;
  let told = false;
  let daily = -1;
  for (const at of runs) {
    const on = Math.floor(at / day);
    const left = last - on;
    if (on <= created) continue;
    if (at >= expiresAt.getTime()) {
      if (!told) mails.push({ on, milestone: 'expired' });
      told = true;
    } else if (left <= 7) {
      if (daily !== on) mails.push({ on, milestone: String(left) });
      daily = on;
    } else if (left <= 21) {
      if (!three) mails.push({ on, milestone: '21' });
      three = true;
    } else if (left <= 42) {
      if (!six) mails.push({ on, milestone: '42' });
      six = true;
    }
  }
  return mails;
}

describe('the policy, over every lifetime with random outages', () => {
  const hours = fc.integer({ min: 0, max: day - 1 });

  test('is what an independent reading of the rules says', () => {
    let mailed = 0;
    const outages = fc.array(fc.tuple(fc.nat(420), fc.nat(25)), { maxLength: 12 });
    fc.assert(
      fc.property(lives, outages, hours, ({ days, createdAt, hour }, down, at) => {
        const life = {
          createdAt: new Date(createdAt + hour),
          expiresAt: new Date(createdAt + hour + days * day),
        };
        const from = Math.floor(createdAt / day) - 2;
        const runs = Array.from(
          { length: days + 10 },
          (_, index) => (from + index) * day + at,
        ).filter(
          (_, index) => !down.some(([start, length]) => index >= start && index < start + length),
        );
        const mails = simulate(life, runs);
        expect(mails).toEqual(oracle(life, runs));
        mailed += mails.length;
        const created = Math.floor(life.createdAt.getTime() / day);
        const last = Math.floor((life.expiresAt.getTime() - 1) / day);
        expect(new Set(mails.map(({ on }) => on)).size).toBe(mails.length);
        expect(new Set(mails.map(({ milestone }) => milestone)).size).toBe(mails.length);
        expect(mails.filter(({ on }) => on <= created)).toEqual([]);
        const lastWeek = runs
          .map((run) => Math.floor(run / day))
          .filter((on) => on > created && on >= last - 7 && on <= last);
        const mailedOn = mails.map(({ on }) => on);
        expect(lastWeek.filter((on) => !mailedOn.includes(on))).toEqual([]);
      }),
      { numRuns: 400, seed },
    );
    expect(mailed).toBeGreaterThan(1_500);
  });

  test('without an outage each milestone comes on its day, for every lifetime of 1 to 366 days', () => {
    const created = Math.floor(noon / day);
    for (let days = 1; days <= 366; days++) {
      const life = { createdAt: new Date(noon), expiresAt: new Date(noon + days * day) };
      const runs = Array.from({ length: days + 4 }, (_, n) => (created - 1 + n) * day + 25_200_000);
      const seen = simulate(life, runs).map(
        ({ on, milestone }) => `${milestone}@${created + days - on}`,
      );
      const expected = [42, 21, 7, 6, 5, 4, 3, 2, 1, 0]
        .filter((left) => left < days)
        .map((left) => `${left}@${left}`);
      expect(seen).toEqual([...expected, 'expired@-1']);
    }
  });

  test('the sieve of the database lets through all that is due, and each secret once', () => {
    fc.assert(
      fc.property(lives, hours, fc.integer({ min: -3, max: 420 }), (life, at, later) => {
        const createdAt = new Date(life.createdAt + life.hour);
        const expiresAt = new Date(createdAt.getTime() + life.days * day);
        const now = new Date((Math.floor(createdAt.getTime() / day) + later) * day + at);
        const due = dueMilestone({ createdAt, expiresAt }, now, new Set());
        const settled = settledMilestone({ createdAt, expiresAt }, now, new Set());
        const found = stretches(now)
          .filter(({ after, until }) => (!after || expiresAt > after) && expiresAt <= until)
          .map(({ milestone }) => milestone);
        expect(found.length).toBeLessThan(2);
        if (due ?? settled) expect(found).toEqual([due ?? settled]);
      }),
      { numRuns: 1_000, seed },
    );
  });

  test('what was noted as settled at any instant, also a later one, hides nothing that is due', () => {
    const instants = fc.integer({ min: 0, max: 420 * 24 });
    const sets = fc.subarray([...milestones]);
    let compared = 0;
    fc.assert(
      fc.property(lives, instants, instants, sets, sets, (life, then, later, before, since) => {
        const createdAt = new Date(life.createdAt + life.hour);
        const lifetime = { createdAt, expiresAt: new Date(createdAt.getTime() + life.days * day) };
        const at = (hour: number) => new Date(createdAt.getTime() + hour * 3_600_000);
        const noted = settledMilestone(lifetime, at(then), new Set(before));
        const due = dueMilestone(lifetime, at(later), new Set([...before, ...since]));
        if (noted && due) compared += 1;
        if (due) expect(noted).not.toBe(due);
      }),
      { numRuns: 3_000, seed },
    );
    expect(compared).toBeGreaterThan(20);
  });
});

describe('a simulated year with a leap day, hour by hour', () => {
  const start = Date.UTC(2027, 8, 1);

  test.each(['UTC', 'Europe/Amsterdam', 'America/New_York', 'Asia/Kolkata', 'Pacific/Kiritimati'])(
    'in %s every day has its run, also where the clocks change, and the mails are the oracle’s',
    (zone) => {
      const runs: number[] = [];
      let done = '';
      for (let hour = 0; hour < 366 * 24; hour++) {
        const now = new Date(start + hour * 3_600_000);
        const today = utcDay(now);
        if (today === done || now < dueInstant(today, 7, zone)) continue;
        done = today;
        runs.push(now.getTime());
      }
      expect(runs).toHaveLength(366);
      for (const offset of [0, 20, 150, 179]) {
        for (const days of [1, 6, 7, 8, 21, 22, 42, 43, 180]) {
          const createdAt = new Date(start + offset * day + 3_600_000);
          const life = { createdAt, expiresAt: new Date(createdAt.getTime() + days * day) };
          expect(simulate(life, runs)).toEqual(oracle(life, runs));
        }
      }
    },
  );
});
