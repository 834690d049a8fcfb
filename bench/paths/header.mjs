// Header authentication: a call from a live domain with a list of servers, that reads a connected user.
// All sixteen checks are asked for; the reference is a bare framework and one select.
import { underLoad } from '../harness/load.mjs';
import { interleaved } from '../harness/rounds.mjs';
import { ratios, summary } from '../harness/statistics.mjs';
import { domainsOf } from '../world/domains.mjs';
import { startReferences } from '../world/references.mjs';
import { startWorld } from '../world/world.mjs';

export const title = 'Header authentication (every check, a user read)';

export async function run({ db, rounds, seconds, rest }) {
  // So that calls can come over https, as a live domain needs it, and none is one too many.
  const env = { TRUSTED_PROXIES: '127.0.0.1', HEADER_CALLS_PER_MINUTE: '100000000' };
  const world = await startWorld(db, 'header', 100, 50, { env });
  const asked = await domainsOf(db, world);
  const other = await startReferences(db, world);
  const contestants = {
    ours: () => underLoad(world, asked, seconds),
    hello: () => underLoad(other.hello, [{ path: '/hello' }], seconds),
    select: async () => ({
      micros: (await other.parts.ask({ part: 'select', seconds: seconds / 2 })).micros,
    }),
  };
  await interleaved(contestants, 1, rest);
  const series = await interleaved(contestants, rounds, rest);
  const micros = Object.fromEntries(
    Object.entries(series).map(([name, figures]) => [name, figures.micros]),
  );
  const parts = micros.hello.map((value, round) => value + micros.select[round]);
  return [
    { name: 'CPU per call', unit: ' µs', ...summary(micros.ours) },
    { name: '  bare Nest + Fastify, hello', unit: ' µs', ...summary(micros.hello) },
    { name: '  one prepared select', unit: ' µs', ...summary(micros.select) },
    { name: 'CPU ÷ framework and one select', goal: 1.8, ...ratios(micros.ours, parts) },
    { name: 'Calls per second, one process', unit: '/s', ...summary(series.ours.perSecond) },
    { name: 'p99', unit: ' ms', ...summary(series.ours.p99) },
  ];
}
