// What happens to programs when the database is killed.
import pg from 'pg';
import { openFiles, postmaster } from './demo-instances.mjs';
import { isGoodSince, Load, pause, post } from './load.mjs';

const programs = 8;
/** Of two instances: a pool of eight and two that requests share. */
const connectionsAtMost = 2 * (8 + 2);
const giveUpAfter = 90_000;

/** One round: kills the database's main process under load, and tells what the programs met. */
export async function restartUnderLoad(instances, dataDir) {
  // An application of the demo world.
  const client = instances[0].ready.secrets.find(({ name }) => name === 'Search server');
  const load = new Load(instances, client, programs);
  await until(() => load.answers.filter(isGoodSince(0)).length >= programs * 4);
  const { pid } = await postmaster(dataDir);
  const killedAt = performance.now();
  process.kill(pid, 'SIGKILL');
  const backAt = await databaseIsBack(dataDir, pid);
  // Every program got two good answers to requests that began after that.
  await until(() => load.everyProgram((own) => own.filter(isGoodSince(backAt)).length >= 2));
  const normalAt = performance.now();
  await load.stop();
  const { answers, revoked } = load;
  return {
    answers: answers.length,
    good: answers.filter(({ status }) => status === 200).length,
    refused: answers.filter(isProperRefusal).length,
    strange: answers
      .filter((each) => each.status !== 200 && !isProperRefusal(each))
      .map(({ status, text }) => `${status} ${text}`),
    slowest: Math.round(Math.max(...answers.map(({ took }) => took))),
    away: Math.round(backAt - killedAt),
    normalIn: Math.round(normalAt - backAt),
    revoked: revoked.length,
    lost: await countActive(instances[1].ready.url, client, revoked),
    connections: await connections(dataDir),
    openFiles: await Promise.all(instances.map(({ child }) => openFiles(child.pid))),
    ended: instances.filter(({ child }) => child.exitCode !== null || child.signalCode !== null)
      .length,
  };
}

function isProperRefusal({ status, retryAfter, text }) {
  return status === 503 && Number(retryAfter) > 0 && text.includes('temporarily_unavailable');
}

/** The promises that no machine is too slow for. */
export function brokenPromises(rounds) {
  return broken(rounds, (round) => ({
    'no answer but tokens and 503 with Retry-After': round.strange.length === 0,
    'refused meanwhile': round.refused > 0,
    'no acknowledged revocation lost': round.revoked > 0 && round.lost === 0,
    'no connection too many': round.connections <= connectionsAtMost,
    'no instance ended': round.ended === 0,
    'no file left open': round.openFiles.every(
      (count, which) => count <= rounds[0].openFiles[which] + 20,
    ),
  }));
}

/** Those that are about time. */
export function latePromises(rounds) {
  return broken(rounds, (round) => ({
    'answered within 2 s': round.slowest <= 2_000,
    'normal within 5 s after the database is back': round.normalIn <= 5_000,
  }));
}

function broken(rounds, promisesOf) {
  return rounds.flatMap((round, at) =>
    Object.entries(promisesOf(round))
      .filter(([, kept]) => !kept)
      .map(([promise]) => `round ${at + 1}: ${promise}`),
  );
}

async function countActive(url, client, tokens) {
  let active = 0;
  for (const token of tokens) {
    const { body } = await post(`${url}/oauth2/introspect`, client, { token });
    if (body?.active !== false) active += 1;
  }
  return active;
}

/** Waits until another main process accepts connections. */
async function databaseIsBack(dataDir, killed) {
  await until(async () => {
    const { pid, ...address } = await postmaster(dataDir).catch(() => ({ pid: killed }));
    return pid !== killed && (await asked(address, 'select 1'));
  });
  return performance.now();
}

async function connections(dataDir) {
  const { pid: _, ...address } = await postmaster(dataDir);
  const [row] = await asked(
    address,
    `select count(*)::int as count from pg_stat_activity where application_name = 'keyturn'`,
  );
  return row.count;
}

async function asked({ host, port }, sql) {
  const client = new pg.Client({ host, port, user: 'keyturn', database: 'keyturn', ssl: false });
  client.on('error', () => undefined);
  try {
    await client.connect();
    return (await client.query(sql)).rows;
  } catch {
    return undefined;
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function until(happened) {
  const giveUpAt = performance.now() + giveUpAfter;
  while (!(await happened())) {
    if (performance.now() > giveUpAt) throw new Error(`waited in vain for: ${happened}`);
    await pause(20);
  }
}
