// Pages and lists in a small and in a large world: server and database together, since the size
// shows in the database.
import { databaseMicroseconds } from '../harness/database-cpu.mjs';
import { underLoad } from '../harness/load.mjs';
import { interleaved } from '../harness/rounds.mjs';
import { ratios, summary } from '../harness/statistics.mjs';
import { inClient } from '../world/database.mjs';
import { issuer } from '../world/service.mjs';
import { application, manager, operator, signedIn } from '../world/people.mjs';
import { tokensOf } from '../world/tokens.mjs';
import { startWorld } from '../world/world.mjs';

export const title = 'Lists (server and database together)';

const ownApi = `${issuer}/api/v1`;

export async function run({ db, rounds, seconds, rest, large }) {
  const env = { API_CALLS_PER_MINUTE: '1000000' };
  const small = await startWorld(db, 'small', 1000, 1, { env });
  const big = await startWorld(db, 'large', large, 1, { env });
  const asked = new Map([
    [small, await requestsIn(db, small)],
    [big, await requestsIn(db, big)],
  ]);
  const names = Object.keys(asked.get(small));
  const contestants = Object.fromEntries(
    names.flatMap((name) =>
      [small, big].map((world) => [
        `${name} ${world === small ? 'small' : 'large'}`,
        () => whole(db, world, asked.get(world)[name], seconds / 2),
      ]),
    ),
  );
  await interleaved(contestants, 1, rest);
  const series = await interleaved(contestants, rounds, rest);
  const cost = (name, size) => series[`${name} ${size}`].whole;
  return names.flatMap((name) => [
    { name: `${name}, 1000 secrets`, unit: ' µs', ...summary(cost(name, 'small')) },
    {
      name: `  with ${large} ÷ with 1000`,
      goal: 1.3,
      ...ratios(cost(name, 'large'), cost(name, 'small')),
    },
  ]);
}

async function whole(db, world, request, seconds) {
  const before = databaseMicroseconds(db.pid);
  const figures = await underLoad(world, [request], seconds, { connections: 8 });
  const database = (databaseMicroseconds(db.pid) - before) / figures.answered;
  return { whole: figures.micros + database, server: figures.micros, database };
}

async function requestsIn(db, world) {
  const [person, it] = await signedIn(db, world.database, [manager(0), operator]);
  await openOwnApi(db, world);
  const [token] = await tokensOf(world, world.clients, () => ownApi);
  const page = (path, { headers }) => ({ path, headers });
  return {
    'Applications of a manager': page('/manage-api-credentials', person),
    'One application': page(`/manage-api-credentials/${application(0)}`, person),
    'Applications for IT': page('/manage-api-credentials', it),
    'Organisations for IT': page('/admin/organisations', it),
    'Users for IT': page('/admin/users', it),
    'Secrets by the API': page(`/api/v1/applications/${application(0)}/secrets`, {
      headers: { authorization: `Bearer ${token}` },
    }),
  };
}

function openOwnApi(db, { database }) {
  return inClient(db.connection(database), (client) =>
    client.query(
      `insert into grants (application_id, resource_id, granted_at, scopes)
       select $1, id, now(), '{secrets.manage}' from resources where any_api`,
      [application(0)],
    ),
  );
}
