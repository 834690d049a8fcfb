// One client-credentials token: against its parts, against oidc-provider, at two sizes, and with a
// second process beside it.
import { underLoad } from '../harness/load.mjs';
import { interleaved } from '../harness/rounds.mjs';
import { ratios, summary } from '../harness/statistics.mjs';
import { startReferences, tokenRequests } from '../world/references.mjs';
import { startService } from '../world/service.mjs';
import { startWorld } from '../world/world.mjs';

export const title = 'Token endpoint (ES256, every check, uses recorded)';

export async function run({ db, rounds, seconds, rest, large }) {
  const small = await startWorld(db, 'small', 100, 50);
  const big = await startWorld(db, 'large', large, 10_000);
  // A process of its own, since what it notes of 10,000 secrets stays in its memory between rounds.
  const busy = await startService(db, big.database);
  const other = await startReferences(db, small);
  const ours = tokenRequests(small.clients);
  const tokens = (server, requests) => () => underLoad(server, requests, seconds);
  const part = (name) => async () => ({
    micros: (await other.parts.ask({ part: name, seconds: seconds / 2 })).micros,
  });
  const contestants = {
    ours: tokens(small, ours),
    hello: tokens(other.hello, [{ path: '/hello' }]),
    select: part('select'),
    sign: part('sign'),
    hmac: part('hmac'),
    bare: tokens(other.bare, other.bareRequests),
    memory: tokens(other.memory, other.oidcRequests),
    large: tokens(big, tokenRequests(evenly(big.clients, small.clients.length))),
    many: tokens(busy, tokenRequests(big.clients)),
    postgres: tokens(other.postgres, other.oidcRequests),
  };
  await interleaved(contestants, 1, rest);
  const series = await interleaved(contestants, rounds, rest);
  const micros = Object.fromEntries(
    Object.entries(series).map(([name, figures]) => [name, figures.micros]),
  );
  const parts = micros.hello.map((value, round) =>
    ['select', 'sign', 'hmac'].reduce((sum, name) => sum + micros[name][round], value),
  );
  return [
    { name: 'CPU per token', unit: ' µs', ...summary(micros.ours) },
    { name: '  bare Nest + Fastify, hello', unit: ' µs', ...summary(micros.hello) },
    { name: '  one prepared select', unit: ' µs', ...summary(micros.select) },
    { name: '  ES256 signature', unit: ' µs', ...summary(micros.sign) },
    { name: '  HMAC-SHA-256', unit: ' µs', ...summary(micros.hmac) },
    { name: '  sum of its parts', unit: ' µs', ...summary(parts) },
    { name: '  the parts in one bare program', unit: ' µs', ...summary(micros.bare) },
    { name: 'CPU ÷ sum of its parts', goal: 1.6, ...ratios(micros.ours, parts) },
    { name: 'CPU ÷ the parts in one bare program', ...ratios(micros.ours, micros.bare) },
    {
      name: 'oidc-provider on PostgreSQL ÷ ours',
      goal: 3,
      atLeast: true,
      ...ratios(micros.postgres, micros.ours),
    },
    {
      name: 'oidc-provider in memory ÷ ours',
      goal: 2,
      atLeast: true,
      ...ratios(micros.memory, micros.ours),
    },
    {
      name: `CPU with ${large} secrets ÷ with 100`,
      goal: 1.1,
      ...ratios(micros.large, micros.ours),
    },
    {
      // Of each secret in use the last use is written every few seconds: work by secrets in use.
      name: `  the same with ${big.clients.length} secrets in use, not ${small.clients.length}`,
      ...ratios(micros.many, micros.ours),
    },
    { name: 'Tokens per second, one process', unit: '/s', ...summary(series.ours.perSecond) },
    { name: 'p99', unit: ' ms', ...summary(series.ours.p99) },
    { name: '  oidc-provider on PostgreSQL, p99', unit: ' ms', ...summary(series.postgres.p99) },
  ];
}

function evenly(clients, count) {
  return clients.filter((_, at) => at % (clients.length / count) === 0);
}
