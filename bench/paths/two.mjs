// Two processes on one database: how much of two cores' work they do.
import { availableParallelism } from 'node:os';
import { underLoad } from '../harness/load.mjs';
import { interleaved } from '../harness/rounds.mjs';
import { ratios, summary } from '../harness/statistics.mjs';
import { tokenRequests } from '../world/references.mjs';
import { startService } from '../world/service.mjs';
import { startWorld } from '../world/world.mjs';

export const title = 'Two processes on one database';

/**
 * With four cores each process has one and the rates say it. With fewer there is no core to give:
 * then both share the server's core, and what a token costs while two processes run, against what
 * it costs with one, says how much two cores would do at most; a wait for each other would show as
 * work or as an idle core.
 */
export async function run({ db, rounds, seconds, rest }) {
  const enough = availableParallelism() >= 4;
  const one = await startWorld(db, 'small', 100, 50);
  const two = await startService(db, one.database, enough ? { core: '1' } : {});
  const requests = tokenRequests(one.clients);
  const both = async () => {
    const [a, b] = await Promise.all(
      [one, two].map((server) => underLoad(server, requests, seconds, { connections: 16 })),
    );
    const answered = a.answered + b.answered;
    return {
      micros: (a.micros * a.answered + b.micros * b.answered) / answered,
      perSecond: a.perSecond + b.perSecond,
    };
  };
  const contestants = { one: () => underLoad(one, requests, seconds), both };
  await interleaved(contestants, 1, rest);
  const series = await interleaved(contestants, rounds, rest);
  const byCost = ratios(series.one.micros, series.both.micros);
  const twice = { median: 2 * byCost.median, min: 2 * byCost.min, max: 2 * byCost.max };
  return [
    { name: 'One process', unit: '/s', ...summary(series.one.perSecond) },
    { name: 'Two processes', unit: '/s', ...summary(series.both.perSecond) },
    enough
      ? {
          name: 'Rate of two ÷ rate of one',
          goal: 1.7,
          atLeast: true,
          ...ratios(series.both.perSecond, series.one.perSecond),
        }
      : {
          name: '2 × CPU with one ÷ CPU with two',
          goal: 1.7,
          atLeast: true,
          note: 'too few cores to show the rate',
          ...twice,
        },
  ];
}
