import { describe, expect, test } from '@jest/globals';
import { addDays, startOf, utcDay } from '../platform/utc-day.js';
import { nextRotation, rotationOf } from './rotation.js';

const now = new Date('2027-06-03T12:00:00Z');
const inDays = (days: number) => new Date(now.getTime() + days * 86_400_000);

interface Told {
  /** Days ago. */
  made: number;
  /** Days left. */
  left: number;
  /** Days ago on which it was first and last used. */
  used?: [first: number, last: number];
  off?: true;
  /** Days ago. */
  gone?: number;
}

function secret(name: string, { made, left, used, off, gone }: Told) {
  return {
    name,
    createdAt: inDays(-made),
    expiresAt: startOf(addDays(utcDay(now), left + 1)),
    firstUsedAt: used ? inDays(-used[0]) : null,
    lastUsedAt: used ? inDays(-used[1]) : null,
    disabledAt: off ? now : null,
    deletedAt: gone === undefined ? null : inDays(-gone),
  };
}

const quiet: Told = { made: 100, left: 200, used: [99, 0] };
const ending: Told = { made: 345, left: 20, used: [340, 0] };
const fresh: Told = { made: 2, left: 363 };

describe('the next step of a rotation (S4)', () => {
  test.each<[string, Record<string, Told>, string | undefined, string?, string?]>([
    ['no secret at all', {}, 'create'],
    ['a first one that nobody uses yet', { A: fresh }, 'use', undefined, 'A'],
    ['one in use that ends far away', { A: quiet }, undefined],
    ['43 days left', { A: { ...quiet, left: 43 } }, undefined],
    ['42 days left: the day of the first mail', { A: { ...quiet, left: 42 } }, 'create', 'A'],
    ['a new one that is not used yet', { A: ending, B: fresh }, 'use', 'A', 'B'],
    ['both used', { A: ending, B: { ...fresh, used: [1, 0] } }, 'silence', 'A', 'B'],
    [
      'the old one silent since the new one began',
      { A: { ...ending, used: [340, 2] }, B: { ...fresh, used: [1, 0] } },
      'delete',
      'A',
      'B',
    ],
    [
      'the new one tried once, the old one used a day before',
      { A: { ...ending, used: [340, 1] }, B: { ...fresh, used: [0.01, 0.01] } },
      'silence',
      'A',
      'B',
    ],
    [
      'one that was never used is not what the newest replaces',
      { A: { ...quiet, left: 30 }, B: { made: 3, left: 362 }, C: { ...fresh, made: 1, left: 364 } },
      'use',
      'A',
      'C',
    ],
    [
      'one that was never used, and a newer one in use',
      { A: { ...ending }, B: { made: 3, left: 362 }, C: { made: 2, left: 363, used: [1, 0] } },
      'silence',
      'A',
      'C',
    ],
    [
      'the old one silent for 36 hours',
      { A: { ...ending, used: [340, 1.5] }, B: { ...fresh, used: [2, 0] } },
      'delete',
      'A',
      'B',
    ],
    [
      'the old one silent for less than that',
      { A: { ...ending, used: [340, 1.49] }, B: { ...fresh, used: [2, 0] } },
      'silence',
      'A',
      'B',
    ],
    [
      'the old one switched off',
      { A: { ...ending, off: true }, B: { ...fresh, used: [1, 0] } },
      'delete',
      'A',
      'B',
    ],
    ['the old one off, the new one not used', { A: { ...ending, off: true }, B: fresh }, 'use', 'A', 'B'], // prettier-ignore
    ['the new one switched off again', { A: ending, B: { ...fresh, off: true } }, 'create', 'A'],
    ['only one that has expired', { A: { ...ending, left: -2 } }, 'create', 'A'],
    [
      'one that has expired, and its replacement in use',
      { A: { ...ending, left: -2, used: [340, 9] }, B: { ...quiet, used: [8, 0] } },
      'delete',
      'A',
      'B',
    ],
    [
      'one that was used up to its end, beside another one',
      { A: { ...ending, left: -2, used: [340, 2] }, B: { ...quiet, made: 350 } },
      'delete',
      'A',
    ],
    ['two in steady use, far from their ends', { A: quiet, B: { ...quiet, made: 50, left: 300, used: [49, 0] } }, undefined], // prettier-ignore
    ['two in use, the newer one for 13 days', { A: quiet, B: { made: 50, left: 300, used: [13, 0] } }, 'silence', 'A', 'B'], // prettier-ignore
    ['two in use, the newer one for 14 days', { A: quiet, B: { made: 50, left: 300, used: [14, 0] } }, undefined], // prettier-ignore
    [
      'a slow one: made at the first mail, both still used at the end',
      { A: { ...ending, left: 2 }, B: { made: 40, left: 325, used: [38, 0] } },
      'silence',
      'A',
      'B',
    ],
    [
      'another system’s secret is no replacement',
      { A: ending, B: { ...quiet, made: 200, left: 165 } },
      'create',
      'A',
    ],
    [
      'one that has silenced another one is no replacement for a second',
      { A: ending, B: { made: 360, left: 9, used: [359, 30] }, C: { made: 29, left: 330, used: [28, 0] } },
      'delete',
      'B',
      'C',
    ], // prettier-ignore
    ['what works comes before what has ended', { A: { ...ending, left: -2 }, B: { ...ending, made: 300 } }, 'create', 'B'], // prettier-ignore
    [
      'of two that end, the nearer one first',
      { A: { ...ending, left: 30 }, B: { ...ending, left: 10 } },
      'create',
      'B',
    ],
    ['the old one deleted, the new one in use', { A: { ...ending, gone: 1 }, B: { ...fresh, used: [1, 0] } }, undefined, 'A', 'B'], // prettier-ignore
    ['the old one deleted long ago', { A: { ...ending, gone: 31 }, B: { made: 60, left: 300, used: [50, 0] } }, undefined], // prettier-ignore
    ['the old one deleted, the new one never used', { A: { ...ending, gone: 1 }, B: fresh }, 'use', 'A', 'B'], // prettier-ignore
    ['deleted before the other one was made', { A: { ...ending, gone: 3 }, B: { ...fresh, used: [1, 0] } }, undefined], // prettier-ignore
  ])('%s', (_, told, ...expected) => {
    const secrets = Object.entries(told).map(([name, each]) => secret(name, each));
    const found = rotationOf(secrets, now);
    const said = [found.next, found.old?.name, found.replacement?.name];
    expect(said).toEqual([...expected, undefined, undefined].slice(0, 3));
    // In whatever order they come.
    expect(rotationOf([...secrets].reverse(), now)).toEqual(found);
  });

  test('what waits behind the first is counted', () => {
    const secrets = [
      secret('A', { ...ending, left: 30 }),
      secret('B', { ...ending, left: 10 }),
      secret('C', { ...ending, left: -1 }),
      secret('D', quiet),
    ];
    expect(rotationOf(secrets, now)).toMatchObject({ next: 'create', more: 2 });
  });
});

test('the next rotation begins six weeks before the nearest end of those that work', () => {
  const secrets = [secret('A', quiet), secret('B', { ...quiet, left: 100, off: true })];
  expect(nextRotation(secrets, now)).toEqual({ secret: secrets[0], day: '2027-11-08' });
  expect(nextRotation([], now)).toBeUndefined();
});
