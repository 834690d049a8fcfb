// node bench/provisioning.mjs [--organisations 10000] [--events 0] [--json]
// One file with many organisations, three applications each: plan, apply, plan again, export; and the
// check of the audit's chain. Starts a PostgreSQL of its own in a temporary folder. Needs the build.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { CommandModule } from '../dist/src/app.module.js';
import { AuditCheck } from '../dist/src/audit/audit-check.service.js';
import { SystemClock } from '../dist/src/platform/clock.js';
import { readConfig } from '../dist/src/platform/config/config.js';
import { exportFile } from '../dist/src/provisioning/export.js';
import { Provisioning } from '../dist/src/provisioning/provisioning.service.js';
import { startPlatform } from '../dist/src/start.js';

const { values } = parseArgs({
  options: {
    organisations: { type: 'string', default: '10000' },
    events: { type: 'string', default: '0' },
    json: { type: 'boolean', default: false },
  },
});
const many = Number(values.organisations);
const folder = await mkdtemp(join(tmpdir(), 'keyturn-bench-'));
const started = await startPlatform(configuration(folder), new SystemClock());
const { dataSource, clock } = started.platform;
const app = await NestFactory.createApplicationContext(CommandModule.with(started.platform), {
  logger: false,
});
const provisioning = app.get(Provisioning);
const results = [];

try {
  const text = fileWith(many);
  const bench = { id: null, name: 'Bench', address: null };
  const size = `${(text.length / 1024 / 1024).toFixed(1)} MB`;
  const plan = await measure(
    `plan of ${many} organisations, ${3 * many} applications (${size})`,
    () => provisioning.plan(text, { prune: false }),
  );
  if (plan.counts.create !== many * 7) throw new Error(JSON.stringify(plan.problems.slice(0, 3)));
  const { fingerprint } = plan;
  const others = auditBeside();
  await measure('apply, one transaction with an audit event each', () =>
    provisioning.apply(bench, text, { prune: false, fingerprint }),
  );
  const { count, longest } = await others.stop();
  results.at(-1).name += ` (${count} other audited changes meanwhile, the longest ${longest} ms)`;
  const again = await measure('plan again: all the same', () =>
    provisioning.plan(text, { prune: true }),
  );
  if (again.counts.same !== many * 7) throw new Error(JSON.stringify(again.counts));
  const yaml = await measure('export', async () => {
    const pieces = [];
    for await (const piece of exportFile(dataSource, 'yaml', clock.now())) pieces.push(piece);
    return pieces.join('');
  });
  const exported = await provisioning.plan(yaml, { prune: true });
  // Besides, it has the APIs and resources that come with Keyturn.
  const { create, change, remove } = exported.counts;
  if (create + change + remove > 0) throw new Error(JSON.stringify(exported.counts));
  await fillAudit(Number(values.events));
  const verdict = await measure('audit verify', () => app.get(AuditCheck).verify());
  if (!verdict.intact) throw new Error(JSON.stringify(verdict));
  results.at(-1).name += ` of ${verdict.events} events`;
  report();
} finally {
  await app.close();
  await started.stop();
  await rm(folder, { recursive: true, force: true });
}

async function measure(name, work) {
  const [at, cpu] = [performance.now(), process.cpuUsage()];
  const result = await work();
  const { user, system } = process.cpuUsage(cpu);
  results.push({
    name,
    seconds: (performance.now() - at) / 1000,
    cpuSeconds: (user + system) / 1e6,
    peakMegabytes: process.resourceUsage().maxRSS / 1024,
  });
  return result;
}

function report() {
  if (values.json) return console.log(JSON.stringify(results));
  for (const { name, seconds, cpuSeconds, peakMegabytes } of results) {
    const numbers = [`${seconds.toFixed(1)} s`, `${cpuSeconds.toFixed(1)} s of CPU here`];
    console.log(`${name}: ${numbers.join(', ')}, peak so far ${peakMegabytes.toFixed(0)} MB`);
  }
}

/** Others who are audited meanwhile, from a thread of their own: how long does one wait for the chain? */
function auditBeside() {
  const { host, port, username: user, database } = dataSource.options;
  const program = `
    const { parentPort, workerData } = require('node:worker_threads');
    const pg = require('pg');
    let [on, count, longest] = [true, 0, 0];
    parentPort.once('message', () => (on = false));
    (async () => {
      const client = new pg.Client(workerData);
      await client.connect();
      while (on) {
        const begin = performance.now();
        await client.query(\`insert into audit_events (at, actor_name, action, subject_kind, subject_name, outcome)
          values (now(), 'Other', 'secret.create', 'secret', 'One', 'done')\`);
        longest = Math.max(longest, Math.round(performance.now() - begin));
        count++;
        await new Promise((done) => setTimeout(done, 20));
      }
      await client.end();
      parentPort.postMessage({ count, longest });
    })();`;
  const workerData = { host, port, user, database };
  const worker = new Worker(program, { eval: true, workerData });
  return {
    stop: () =>
      new Promise((resolve, reject) => {
        worker.once('message', resolve).once('error', reject);
        worker.postMessage('stop');
      }),
  };
}

/** Further events, chained by the same trigger, in transactions of ten thousand. */
async function fillAudit(events) {
  for (let done = 0; done < events; done += 10_000) {
    await dataSource.transaction(async (tx) => {
      await tx.query('set local statement_timeout = 0');
      await tx.query(
        `insert into audit_events (at, actor_name, action, subject_kind, subject_name, outcome, detail)
         select now(), 'Bench', 'secret.create', 'secret', 'Secret ' || n, 'done', '{"hint": "abc"}'
         from generate_series(1, 10000) n`,
      );
    });
  }
}

function fileWith(count) {
  const numbers = Array.from({ length: count }, (_, n) => n);
  const countries = ['NL', 'DE', 'GB', 'FR', 'ES', 'IT', 'PL', 'SE'];
  const place = (n) => [countries[n % countries.length], `Member${n}`];
  const applications = (n) => {
    const organisation = place(n).join('/');
    return [
      `  - {organisation: ${organisation}, api: SMC, resources: [match-connect, match-connect.sandbox]}`,
      `  - {organisation: ${organisation}, api: DM, resources: [data-manager]}`,
      `  - {organisation: ${organisation}, api: SMC, kind: partner_alternative, resources: []}`,
    ];
  };
  return [
    'organisations:',
    ...numbers.map((n) => {
      const [country, slug] = place(n);
      return `  - {country: ${country}, slug: ${slug}, name: "Member number ${n}"}`;
    }),
    'applications:',
    ...numbers.flatMap(applications),
  ].join('\n');
}

function configuration(dataDir) {
  const key = () => `1:${randomBytes(32).toString('base64')}`;
  return readConfig(
    {
      NODE_ENV: 'production',
      PUBLIC_URL: 'https://keyturn.example.org',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: 'keyturn@example.org',
      SUPPORT_ADDRESS: 'support@example.org',
      LOG_LEVEL: 'fatal',
      DATA_DIR: dataDir,
      SESSION_KEYS: key(),
      HASH_KEYS: key(),
      ENCRYPTION_KEYS: key(),
    },
    false,
  );
}
