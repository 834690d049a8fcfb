import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { buildDataSource } from '../../src/platform/database/data-source.js';
import { type Prepared, runPrepared } from '../../src/platform/database/prepared.js';
import { unavailable } from '../../src/platform/database/unavailable.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase({ empty: true });
});
afterAll(() => database.drop());

const echo: Prepared = { name: 'echo', text: 'select $1::int as number, pg_backend_pid() as pid' };
const sleep: Prepared = { name: 'sleep', text: 'select pg_sleep($1)' };

interface Echo {
  number: number;
  pid: number;
}

const ask = (number: number, dataSource = database.dataSource) =>
  runPrepared<Echo>(dataSource, echo, [number]);

describe('prepared statements', () => {
  test('of many requests share two connections, and each gets its own answer', async () => {
    const numbers = Array.from({ length: 200 }, (_, at) => at);
    const answers = await Promise.all(numbers.map((number) => ask(number)));
    expect(answers.map((rows) => rows.map(({ number }) => number))).toEqual(
      numbers.map((number) => [number]),
    );
    expect(new Set(answers.flat().map(({ pid }) => pid)).size).toBe(2);
  });

  test('that fail do not harm those sent behind them', async () => {
    const divide: Prepared = { name: 'divide', text: 'select 1 / $1::int as number' };
    const answers = await Promise.allSettled(
      [1, 0, 1, 0, 1, 1].map((by) => runPrepared(database.dataSource, divide, [by])),
    );
    expect(answers.map(({ status }) => status === 'fulfilled')).toEqual(
      [1, 0, 1, 0, 1, 1].map((by) => by !== 0),
    );
  });

  test('read instants as the ORM does', async () => {
    const texts = ['2026-11-21 10:11:12.345+00', '2026-01-01 00:00:00+00', 'infinity'];
    const instants = { name: 'instants', text: 'select $1::timestamptz as at' };
    for (const text of texts) {
      const [usual] = await database.dataSource.query<{ at: unknown }[]>(
        'select $1::timestamptz as at',
        [text],
      );
      expect(await runPrepared(database.dataSource, instants, [text])).toEqual([usual]);
    }
  });

  test('keep the time limit, each for itself', async () => {
    const impatient = buildDataSource(database.connection, [], [], { statementTimeoutMs: 100 });
    await impatient.initialize();
    const [slow, ...quick] = await Promise.allSettled([
      runPrepared(impatient, sleep, [5]),
      ask(1, impatient),
      ask(2, impatient),
      ask(3, impatient),
    ]);
    expect(slow).toMatchObject({ reason: { code: '57014' } });
    expect(quick.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled']);
    await impatient.destroy();
  });

  test('fail as unavailable when their connection is lost, and soon work again', async () => {
    const [one, two] = (await Promise.all([ask(1), ask(2)])).flat();
    const lost = Promise.allSettled([1, 2].map(() => runPrepared(database.dataSource, sleep, [5])));
    await database.dataSource.query('select pg_terminate_backend(p) from unnest($1::int[]) p', [
      [one!.pid, two!.pid],
    ]);
    for (const each of await lost) {
      expect(each.status === 'rejected' && unavailable(each.reason)).toBe(true);
    }
    // Until both ends have noticed; a caller would try again, too.
    const later = async (number: number): Promise<Echo> => {
      for (;;) {
        const [row] = await ask(number).catch((error: unknown) => {
          expect(unavailable(error)).toBe(true);
          return [];
        });
        if (row) return row;
      }
    };
    const again = [await later(3), await later(4)];
    expect(again.map(({ number }) => number)).toEqual([3, 4]);
    expect(again.some(({ pid }) => pid === one!.pid || pid === two!.pid)).toBe(false);
  });

  test('leave no connection behind when the data source is closed', async () => {
    const brief = buildDataSource(database.connection, [], []);
    await brief.initialize();
    const [one, two] = (await Promise.all([ask(1, brief), ask(2, brief)])).flat();
    await brief.destroy();
    const open = async () =>
      (
        await database.dataSource.query<unknown[]>(
          'select from pg_stat_activity where pid in ($1, $2)',
          [one!.pid, two!.pid],
        )
      ).length;
    // A server process ends a moment after its connection.
    while ((await open()) > 0);
    expect(await open()).toBe(0);
  });
});
