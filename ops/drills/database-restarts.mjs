// Kills the database under load, again and again: node ops/drills/database-restarts.mjs [rounds] [--json]
//
// Two instances share one database. Programs buy tokens and revoke some of them while the database's
// main process is killed with SIGKILL. Promised: meanwhile every answer is a token or 503 with
// Retry-After, within 2 seconds; normal within 5 seconds after the database is back, without a restart
// of an instance; no revocation that was answered with 200 is lost; no connection is left open.
// Prints a table, or one line of JSON; exit status 1 when a promise is broken.
import { newDataDir, startInstance, stopAll } from './demo-instances.mjs';
import { brokenPromises, latePromises, restartUnderLoad } from './restart-under-load.mjs';

const rounds = Number(process.argv.find((each) => /^\d+$/.test(each)) ?? 20);
const json = process.argv.includes('--json');

const dataDir = await newDataDir();
const instances = [];
const results = [];
try {
  instances.push(await startInstance(dataDir));
  instances.push(await startInstance(dataDir));
  if (!json) console.log(head());
  for (let number = 1; number <= rounds; number++) {
    results.push(await restartUnderLoad(instances, dataDir));
    if (!json) console.log(line(number, results.at(-1)));
  }
} finally {
  await stopAll(instances, dataDir);
}
const broken = [...brokenPromises(results), ...latePromises(results)];
if (json) console.log(JSON.stringify({ broken, rounds: results }));
else console.log(broken.length ? `BROKEN: ${broken.join('; ')}` : 'Every promise was kept.');
process.exitCode = broken.length ? 1 : 0;

function head() {
  return 'round  answers   good    503  slowest ms  away ms  normal in ms  revoked  lost  connections  open files';
}

function line(number, round) {
  const cells = [
    [number, 5],
    [round.answers, 9],
    [round.good, 7],
    [round.refused, 7],
    [round.slowest, 12],
    [round.away, 9],
    [round.normalIn, 14],
    [round.revoked, 9],
    [round.lost, 6],
    [round.connections, 13],
    [round.openFiles.join(' '), 12],
  ];
  const strange = round.strange.length
    ? `  ${round.strange.length} strange: ${round.strange[0]}`
    : '';
  return cells.map(([value, width]) => String(value).padStart(width)).join('') + strange;
}
