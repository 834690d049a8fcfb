// The creation of a secret: the use case against its SQL statements alone in one transaction, server
// and database together; and the page that a credential manager sends, to be read beside it.
import { randomBytes } from 'node:crypto';
import { fileURLToPath } from 'node:url';
import { startNode } from '../harness/child.mjs';
import { databaseMicroseconds } from '../harness/database-cpu.mjs';
import { underLoad } from '../harness/load.mjs';
import { serverCore } from '../harness/machine.mjs';
import { interleaved } from '../harness/rounds.mjs';
import { ratios, summary } from '../harness/statistics.mjs';
import { application, manager, signedIn } from '../world/people.mjs';
import { form } from '../world/references.mjs';
import { serviceEnvironment } from '../world/service.mjs';
import { startWorld } from '../world/world.mjs';

export const title = 'Creation of a secret (server and database together)';

const managers = 200;
const creation = fileURLToPath(new URL('../references/creation.mjs', import.meta.url));

export async function run({ db, rounds, seconds, rest }) {
  const env = { SECRETS_PER_APPLICATION: '100' };
  const world = await startWorld(db, 'medium', 10_000, 0, { env });
  const alone = await startNode([creation, JSON.stringify(db.connection(world.database))], {
    core: serverCore,
    env: { ...serviceEnvironment(db, world.database, 0), ...env },
  });
  const users = Array.from({ length: managers }, (_, number) => number);
  const sessions = await signedIn(db, world.database, users.map(manager));
  const requests = sessions.map((session, number) => ({
    setupRequest: (request) => ({ ...request, ...created(session, application(2 * number)) }),
  }));
  const withDatabase = async (work) => {
    const before = databaseMicroseconds(db.pid);
    const { micros, perSecond, count } = await work();
    return { whole: micros + (databaseMicroseconds(db.pid) - before) / count, perSecond };
  };
  const part = (name) => () => withDatabase(() => alone.ask({ part: name, seconds }));
  const contestants = {
    issue: part('issue'),
    sql: part('sql'),
    page: () =>
      withDatabase(async () => {
        const options = { connections: 8, status: 201 };
        const figures = await underLoad(world, requests, seconds, options);
        return { ...figures, count: figures.answered };
      }),
  };
  await interleaved(contestants, 1, rest);
  const { issue, sql, page } = await interleaved(contestants, rounds, rest);
  return [
    { name: 'SQL alone', unit: ' µs', ...summary(sql.whole) },
    { name: 'Use case', unit: ' µs', ...summary(issue.whole) },
    { name: 'Use case ÷ SQL alone', goal: 1.5, ...ratios(issue.whole, sql.whole) },
    { name: 'Rate of SQL alone ÷ of the use case', ...ratios(sql.perSecond, issue.perSecond) },
    { name: 'Whole page ÷ SQL alone', ...ratios(page.whole, sql.whole) },
  ];
}

function created({ headers, csrf }, id) {
  const lastDay = new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
  const name = `Page ${randomBytes(8).toString('hex')}`;
  return form(
    `/manage-api-credentials/${id}/secrets`,
    { _csrf: csrf, name, lastDay, warned: lastDay },
    headers,
  );
}
