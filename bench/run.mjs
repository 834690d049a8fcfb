// npm run bench [-- token introspection …] [-- --quick]
import { rm } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { stopAll } from './harness/child.mjs';
import { leaveServerCore, placement } from './harness/machine.mjs';
import { bePatient } from './harness/quiet.mjs';
import { circumstances, print, save, verdict } from './harness/report.mjs';
import { openDatabase } from './world/database.mjs';

const paths = {
  token: () => import('./paths/token.mjs'),
  introspection: () => import('./paths/introspection.mjs'),
  header: () => import('./paths/header.mjs'),
  list: () => import('./paths/list.mjs'),
  create: () => import('./paths/create.mjs'),
  flood: () => import('./paths/flood.mjs'),
  two: () => import('./paths/two.mjs'),
  reminders: () => import('./paths/reminders.mjs'),
  memory: () => import('./paths/memory.mjs'),
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    minutes: { type: 'string' },
    patient: { type: 'string' },
    rest: { type: 'string', default: '0' },
    fresh: { type: 'boolean', default: false },
  },
});
const unknown = positionals.filter((name) => !(name in paths));
if (unknown.length > 0) {
  console.error(`No such path: ${unknown.join(', ')}. There are ${Object.keys(paths).join(', ')}.`);
  process.exit(2);
}

const results = fileURLToPath(new URL('results/', import.meta.url));
const folder = `${results}data`;
if (values.fresh) await rm(folder, { recursive: true, force: true });
leaveServerCore();
console.log(`${circumstances().cpu}, Node ${process.version}; ${placement}`);

const db = { ...(await openDatabase(folder)), folder };
if (values.patient) bePatient(Number(values.patient), db.pid);
const setting = {
  db,
  rounds: Number(values.rounds ?? (values.quick ? 3 : 7)),
  seconds: values.quick ? 1.5 : 3,
  rest: Number(values.rest),
  minutes: Number(values.minutes ?? (values.quick ? 1 : 10)),
  large: values.quick ? 100_000 : 1_000_000,
};
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => void finish(130));

const done = {};
try {
  for (const name of positionals.length > 0 ? positionals : Object.keys(paths)) {
    const path = await paths[name]();
    process.stderr.write(`${name}\n`);
    const rows = await path.run(setting);
    await stopAll();
    print(path.title, rows);
    done[name] = rows.map((row) => ({ ...row, verdict: verdict(row) }));
  }
  console.log(`\n${await save(results, done)}`);
  const missed = Object.values(done)
    .flat()
    .some((row) => row.verdict === 'MISSED');
  await finish(missed ? 1 : 0);
} catch (error) {
  console.error(error);
  await finish(1);
}

async function finish(status) {
  await stopAll();
  await db.stop();
  process.exit(status);
}
