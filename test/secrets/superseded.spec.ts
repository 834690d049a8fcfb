import { afterAll, beforeAll, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isSuperseded, supersedes, type Usage } from '../../src/secrets/superseded.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => (database = await createTestDatabase()));
afterAll(() => database.drop());

const now = new Date('2027-06-03T12:00:00Z');
/** Few instants, so that equal ones and the border of 36 hours come up. */
const instant = fc
  .constantFrom(-100, -37, -36, -35, -2, -1, 0, 1, 2)
  .map((hours) => new Date(now.getTime() + hours * 3_600_000));
const maybe = fc.option(instant);
const usage: fc.Arbitrary<Usage> = fc.record({
  createdAt: instant,
  expiresAt: instant,
  firstUsedAt: maybe,
  lastUsedAt: maybe,
  disabledAt: fc.option(instant, { freq: 1 }),
  deletedAt: fc.option(instant, { freq: 1 }),
});

test('the query that answers a token call judges as the rule does (M7)', async () => {
  const pairs = fc.sample(fc.tuple(usage, usage), { numRuns: 20_000, seed: 1 });
  const columns = ['created_at', 'expires_at', 'first_used_at', 'last_used_at'];
  const all = [...columns, 'disabled_at', 'deleted_at'];
  const typed = all.map((name) => `${name} timestamptz`).join(', ');
  const row = (each: Usage) => ({
    created_at: each.createdAt,
    expires_at: each.expiresAt,
    first_used_at: each.firstUsedAt,
    last_used_at: each.lastUsedAt,
    disabled_at: each.disabledAt,
    deleted_at: each.deletedAt,
  });
  const rows = await database.dataSource.query<{ answer: boolean }[]>(
    `select ${supersedes('n', 'o', '$3')} as answer
     from rows from (json_to_recordset($1) as (${typed}), json_to_recordset($2) as (${typed}))
       with ordinality as x (${all.map((name) => `o_${name}`).join()}, ${all.map((name) => `n_${name}`).join()}, place)
     cross join lateral (select ${all.map((name) => `o_${name} as ${name}`).join()}) o
     cross join lateral (select ${all.map((name) => `n_${name} as ${name}`).join()}) n
     order by place`,
    [
      JSON.stringify(pairs.map(([old]) => row(old))),
      JSON.stringify(pairs.map(([, newer]) => row(newer))),
      now,
    ],
  );
  const judged = pairs.map(([old, newer]) => isSuperseded(old, [newer], now));
  expect(judged.filter(Boolean).length).toBeGreaterThan(100);
  expect(rows.map(({ answer }) => answer)).toEqual(judged);
});
