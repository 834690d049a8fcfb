// Does a flood of sign-ins with wrong passwords, each of which costs an argon2id, hold up tokens?
import autocannon from 'autocannon';
import { setTimeout as pause } from 'node:timers/promises';
import { underLoad } from '../harness/load.mjs';
import { interleaved } from '../harness/rounds.mjs';
import { ratios, summary } from '../harness/statistics.mjs';
import { form, tokenRequests } from '../world/references.mjs';
import { startWorld } from '../world/world.mjs';

export const title = 'Tokens during a flood of sign-ins (argon2id)';

/** Far from what the service can do at most: there a queue would be measured. */
const tokenConnections = 4;
const floodConnections = 16;

export async function run({ db, rounds, seconds, rest }) {
  const world = await startWorld(db, 'small', 100, 50, {
    // Every try comes from another address and for another account, so that no limit helps.
    env: { TRUSTED_PROXIES: '127.0.0.1' },
  });
  const requests = tokenRequests(world.clients);
  const tokens = () => underLoad(world, requests, seconds, { connections: tokenConnections });
  const contestants = {
    quiet: tokens,
    flooded: async () => {
      const flood = startFlood(world, await visitor(world));
      await pause(500);
      const figures = await tokens();
      flood.stop();
      const { statusCodeStats } = await flood;
      return { ...figures, judged: (statusCodeStats['422']?.count ?? 0) / (seconds + 0.5) };
    },
  };
  await interleaved(contestants, 1, rest);
  const { quiet, flooded } = await interleaved(contestants, rounds, rest);
  return [
    { name: 'p99 without', unit: ' ms', ...summary(quiet.p99) },
    { name: 'p99 with', unit: ' ms', ...summary(flooded.p99) },
    { name: 'p99 with ÷ without', goal: 2, ...ratios(flooded.p99, quiet.p99) },
    { name: 'Passwords judged meanwhile', unit: '/s', ...summary(flooded.judged) },
    { name: 'Tokens meanwhile ÷ without', ...ratios(flooded.perSecond, quiet.perSecond) },
  ];
}

/** What the sign-in page gives a browser. */
async function visitor(world) {
  const response = await fetch(`${world.url}/sign-in`);
  const cookie = response.headers.getSetCookie()[0].split(';')[0];
  const csrf = /name="_csrf" value="([^"]+)"/.exec(await response.text())[1];
  return { cookie, csrf };
}

let tries = 0;

function startFlood(world, { cookie, csrf }) {
  const setupRequest = (request) => {
    tries += 1;
    const email = `nobody${tries}@org.example`;
    const { method, path, headers, body } = form(
      '/sign-in',
      { _csrf: csrf, email, password: 'this is not the password' },
      { cookie, 'x-forwarded-for': `10.${tries >> 16}.${(tries >> 8) & 255}.${tries & 255}` },
    );
    return { ...request, method, path, headers, body };
  };
  return autocannon({
    url: world.url,
    connections: floodConnections,
    duration: 600,
    requests: [{ setupRequest }],
  });
}
