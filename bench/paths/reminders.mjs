// A morning's reminders: found among many secrets, sent to a mail server that takes everything, against
// a bare nodemailer pool with as many connections on the same server.
import { fileURLToPath } from 'node:url';
import { startNode } from '../harness/child.mjs';
import { serverCore } from '../harness/machine.mjs';
import { ratios, summary } from '../harness/statistics.mjs';
import { fillWith } from '../reminders/fill.mjs';
import { serviceEnvironment } from '../world/service.mjs';

export const title = 'Reminders (planned, rendered, sent, recorded)';

const connections = 10;
const program = (name) => fileURLToPath(new URL(`../reminders/${name}.mjs`, import.meta.url));

export async function run({ db, rounds, large }) {
  const small = large / 10;
  const due = small / 10;
  const sink = await startNode([program('sink')]);
  const start = async (secrets, count) => {
    const kind = `reminders_${secrets}_${count}`;
    const database = await db.copy(`reminders_${secrets}_${count}`, kind, fillWith(secrets, count));
    const env = {
      ...serviceEnvironment(db, database, 1),
      SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
      SMTP_CONNECTIONS: String(connections),
    };
    const engine = await startNode([program('engine')], { core: serverCore, env });
    await engine.ask({ step: 'settle' });
    return { env, count, ...engine };
  };
  const dense = await start(small, due);
  const sparse = await start(large, due);
  const few = await start(small, due / 10);
  const bare = await startNode([program('bare')], { core: serverCore, env: dense.env });

  await assertIndexed(sparse);
  await morningOf(few, sink);
  const { message } = await morningOf(dense, sink, { sample: true });
  await bare.ask({ message, count: 1_000 });
  const series = { dense: [], sparse: [], few: [], bare: [] };
  for (let round = 1; round <= rounds; round++) {
    series.bare.push(await bare.ask({ message, count: due }));
    series.dense.push(await morningOf(dense, sink));
    series.sparse.push(await planOf(sparse));
    series.few.push(await morningOf(few, sink));
    process.stderr.write(`  round ${round} of ${rounds}\n`);
  }
  const again = await dense.ask({ step: 'plan' });
  const of = (name, figure) => series[name].map((each) => each[figure]);
  const rate = (name, count) => of(name, 'seconds').map((seconds) => count / seconds);
  return [
    {
      name: `Find ${due} of ${small}`,
      unit: ' s',
      goal: 5,
      ...summary(of('dense', 'planSeconds')),
    },
    { name: `Find ${due / 10} of ${small}`, unit: ' s', ...summary(of('few', 'planSeconds')) },
    { name: `Find ${due} of ${large}`, unit: ' s', ...summary(of('sparse', 'planSeconds')) },
    {
      name: `Find among ${large} ÷ among ${small}, ${due} due`,
      goal: 1.2,
      ...ratios(of('sparse', 'planSeconds'), of('dense', 'planSeconds')),
    },
    {
      name: `Look again at ${due} that were sent, once`,
      unit: ' s',
      ...summary([again.seconds]),
    },
    { name: `Send ${due}`, unit: ' s', ...summary(of('dense', 'seconds')) },
    { name: `Send ${due / 10}`, unit: ' s', ...summary(of('few', 'seconds')) },
    { name: 'Messages per second', unit: '/s', ...summary(rate('dense', due)) },
    { name: '  bare nodemailer pool', unit: '/s', ...summary(rate('bare', due)) },
    {
      name: 'Messages per second ÷ bare pool',
      goal: 0.7,
      atLeast: true,
      ...ratios(rate('dense', due), rate('bare', due)),
    },
    { name: 'CPU per message', unit: ' µs', ...summary(of('dense', 'micros')) },
    { name: '  bare nodemailer pool', unit: ' µs', ...summary(of('bare', 'micros')) },
    { name: 'Peak memory', unit: ' MiB', goal: 512, ...summary(of('dense', 'peakMiB')) },
    { name: `  with ${due / 10} due`, unit: ' MiB', ...summary(of('few', 'peakMiB')) },
  ];
}

async function planOf(engine) {
  await engine.ask({ step: 'forget' });
  const { seconds } = await engine.ask({ step: 'plan' });
  return { planSeconds: seconds };
}

/** Plans, sends, and counts what arrived. */
async function morningOf(engine, sink, { sample = false } = {}) {
  const plan = await planOf(engine);
  const message = sample ? (await engine.ask({ step: 'sample' })).result : undefined;
  await sink.ask({});
  const { seconds, cpuSeconds, peakMiB } = await engine.ask({ step: 'send' });
  const { taken } = await sink.ask({});
  if (taken !== engine.count) throw new Error(`${taken} of ${engine.count} mails arrived`);
  return { ...plan, message, seconds, micros: (cpuSeconds / engine.count) * 1e6, peakMiB };
}

/** Among many secrets the scan must never look at what ends later, or was mailed about. */
async function assertIndexed(engine) {
  const { result } = await engine.ask({ step: 'explain' });
  if (!/secrets_reminded_idx/.test(result) || /Seq Scan/.test(result)) {
    throw new Error(`The scan does not use its index:\n${result}`);
  }
}
