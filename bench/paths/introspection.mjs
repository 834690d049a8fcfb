// A client asks about its own token: the same token again and again, as a resource server does, and
// tokens that have not been seen before.
import { underLoad } from '../harness/load.mjs';
import { interleaved } from '../harness/rounds.mjs';
import { ratios, summary } from '../harness/statistics.mjs';
import { basic, form, startReferences, tokenRequests } from '../world/references.mjs';
import { tokensOf } from '../world/tokens.mjs';
import { startWorld } from '../world/world.mjs';

export const title = 'Introspection (client proved, token checked, state looked up)';

export async function run({ db, rounds, seconds, rest }) {
  const world = await startWorld(db, 'small', 100, 50);
  const other = await startReferences(db, world);
  const tokens = await tokensOf(world, world.clients);
  const asked = world.clients.map((client, at) =>
    form('/oauth2/introspect', { token: tokens[at] }, basic(client)),
  );
  const part = (name) => async () => ({
    micros: (await other.parts.ask({ part: name, seconds: seconds / 2 })).micros,
  });
  const contestants = {
    ours: () => underLoad(world, asked, seconds),
    hello: () => underLoad(other.hello, [{ path: '/hello' }], seconds),
    select: part('select'),
    verify: part('verify'),
    hmac: part('hmac'),
    token: () => underLoad(world, tokenRequests(world.clients), seconds),
  };
  await interleaved(contestants, 1, rest);
  const series = await interleaved(contestants, rounds, rest);
  const micros = Object.fromEntries(
    Object.entries(series).map(([name, figures]) => [name, figures.micros]),
  );
  // Two selects: one proves the client, one knows what has become of the token.
  const parts = micros.hello.map(
    (value, round) => value + 2 * micros.select[round] + micros.verify[round] + micros.hmac[round],
  );
  return [
    { name: 'CPU per introspection', unit: ' µs', ...summary(micros.ours) },
    { name: '  ES256 verification alone', unit: ' µs', ...summary(micros.verify) },
    { name: '  sum of its parts', unit: ' µs', ...summary(parts) },
    { name: 'CPU ÷ sum of its parts', goal: 1.6, ...ratios(micros.ours, parts) },
    {
      name: 'Rate ÷ rate of the token endpoint',
      goal: 1.5,
      atLeast: true,
      ...ratios(micros.token, micros.ours),
    },
    { name: 'p99', unit: ' ms', ...summary(series.ours.p99) },
  ];
}
