// The service's reminders on a filled database, step by step.
import { FixedClock } from '../../dist/src/platform/clock.js';
import { keysOf, loadConfig } from '../../dist/src/platform/config/load.js';
import { buildDataSource } from '../../dist/src/platform/database/data-source.js';
import { mailerOf } from '../../dist/src/platform/mail/mailer-of.js';
import { Outbox } from '../../dist/src/platform/mail/outbox.service.js';
import { candidates, findEndings } from '../../dist/src/reminders/endings.query.js';
import { stretches } from '../../dist/src/reminders/milestones.js';
import { Passes } from '../../dist/src/reminders/passes.js';
import { reminderMail } from '../../dist/src/reminders/reminder-mail.js';
import { Delivery } from '../../dist/src/reminders/reminders.delivery.js';
import { Planning } from '../../dist/src/reminders/reminders.planning.js';
import { Retries } from '../../dist/src/reminders/retries.js';
import { withRunLock } from '../../dist/src/reminders/run-lock.js';
import { entities, migrations } from '../../dist/src/schema.js';
import { morning } from './fill.mjs';

const config = loadConfig('command');
const now = new Date(morning);
const clock = new FixedClock(now);
const poolSize = config.DATABASE_POOL;
const dataSource = buildDataSource({ url: config.DATABASE_URL }, entities, migrations, {
  poolSize,
});
await dataSource.initialize();
const mailer = mailerOf(config, clock);
const planning = new Planning(
  dataSource,
  new Outbox(dataSource, keysOf(config), mailer, clock, config),
  config,
);
const passes = new Passes(
  dataSource,
  new Delivery(dataSource, mailer, config),
  new Retries(),
  mailer,
);
const run = { now, force: true, signal: new AbortController().signal };

const steps = {
  plan: () => withRunLock(dataSource, (lock) => planning.plan(now, lock)),
  send: () => withRunLock(dataSource, (lock) => passes.deliver({ ...run, lock })),
  /** As if nothing had been sent this morning. */
  forget: async () => {
    await dataSource.query(`delete from reminders where day = '${morning.slice(0, 10)}'`);
    await dataSource.query(`delete from mails where kind = 'reminder'`);
    await dataSource.query(`update secrets set reminded = '6' where reminded = '5'`);
    await dataSource.query('vacuum analyze reminders');
    await dataSource.query('vacuum analyze mails');
    await dataSource.query('checkpoint');
  },
  /** The message that the reference is to send. */
  sample: async () => {
    const [{ id }] = await dataSource.query(
      `select secret_id as id from reminders where state = 'due' limit 1`,
    );
    const [ending] = await findEndings(dataSource.manager, now, [id]);
    const [{ id: reader }] = ending.recipients;
    const message = reminderMail([{ ending, milestone: '5' }], reader, now, config);
    return { ...message, from: config.MAIL_FROM, xMailer: false };
  },
  /** As the runs of the day before left it: what was mailed about is noted as settled. */
  settle: () =>
    withRunLock(dataSource, async (lock) => {
      await planning.plan(new Date(now.getTime() - 12 * 3_600_000), lock);
      await dataSource.query('vacuum analyze secrets');
    }),
  /** How the database finds what ends in five days. */
  explain: async () => {
    const { after, until } = stretches(now).find(({ milestone }) => milestone === '5');
    const last = 'ffffffff-ffff-ffff-ffff-ffffffffffff';
    const rows = await dataSource.query(`explain ${candidates}`, ['6', after, last, until, 500]);
    return rows.map((row) => row['QUERY PLAN']).join('\n');
  },
};

console.log('{}');
process.on('message', ({ step }) => void answer(step));
process.on('SIGTERM', () => process.exit(0));

async function answer(step) {
  const startedAt = performance.now();
  const cpu = process.cpuUsage();
  const result = await steps[step]();
  const { user, system } = process.cpuUsage(cpu);
  process.send({
    result,
    seconds: (performance.now() - startedAt) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMiB: process.resourceUsage().maxRSS / 1024,
  });
}
