// A secret's creation as the service's use case does it, and its SQL statements alone, in one
// transaction through pg. Asked by messages { part, seconds }, answers { count, micros, seconds }.
import 'reflect-metadata';
import { NestFactory } from '@nestjs/core';
import { createHash, randomBytes, randomUUID } from 'node:crypto';
import pg from 'pg';
import { CommandModule } from '../../dist/src/app.module.js';
import { mayManage, maySee } from '../../dist/src/applications/permission.js';
import { SystemClock } from '../../dist/src/platform/clock.js';
import { loadConfig } from '../../dist/src/platform/config/load.js';
import { Secrets } from '../../dist/src/secrets/secrets.service.js';
import { startPlatform } from '../../dist/src/start.js';

const { platform } = await startPlatform(loadConfig('service'), new SystemClock());
const app = await NestFactory.createApplicationContext(CommandModule.with(platform), {
  logger: false,
});
const secrets = app.get(Secrets);
const pool = new pg.Pool({ ...JSON.parse(process.argv[2]), max: platform.config.DATABASE_POOL });
const { rows: managed } = await pool.query(
  `select application_id as application, user_id as "user" from role_assignments
   where role = 'credential_manager'`,
);
let at = 0;

const parts = {
  issue: async ({ application, user }, name) => {
    const actor = { id: user, name: 'Somebody', address: '127.0.0.1' };
    await secrets.issue(actor, application, { name, lastDay: lastDay() });
  },
  sql: async ({ application, user }, name) => {
    const client = await pool.connect();
    const now = new Date();
    try {
      await client.query('begin');
      await client.query(
        `select a.id, a.name, a.organisation_id, ${mayManage('a', '$2', '$3')} as may_manage
         from applications a
         where a.id = $1 and a.deleted_at is null and ${maySee('a', '$2', '$3')} for update of a`,
        [application, user, now],
      );
      await client.query(
        `select count(*)::int as live from secrets
         where application_id = $1 and deleted_at is null and expires_at > $2`,
        [application, now],
      );
      const id = randomUUID();
      await client.query(
        `insert into secrets (id, application_id, name, hint, digest, key_number, created_by,
           created_at, expires_at) values ($1, $2, $3, 'abc', $4, 1, $5, $6, $7)`,
        [id, application, name, createHash('sha256').update(id).digest(), user, now, lastDay()],
      );
      await client.query(
        `insert into audit_events (at, actor_id, actor_name, action, subject_kind, subject_id,
           subject_name, application_id, outcome, detail, address)
         values ($1, $2, 'Somebody', 'secret.create', 'secret', $3, $4, $5, 'done', $6, '127.0.0.1')`,
        [now, user, id, name, application, { hint: 'abc', expiresAt: now.toISOString() }],
      );
      await client.query('commit');
    } finally {
      client.release();
    }
  },
};

process.on('message', async ({ part, seconds }) => {
  const before = process.cpuUsage();
  const startedAt = performance.now();
  const until = startedAt + seconds * 1000;
  let count = 0;
  const one = async () => {
    while (performance.now() < until) {
      const place = managed[(at += 1) % managed.length];
      await parts[part](place, `Bench ${randomBytes(8).toString('hex')}`);
      count += 1;
    }
  };
  await Promise.all(Array.from({ length: 8 }, one));
  const { user, system } = process.cpuUsage(before);
  const took = (performance.now() - startedAt) / 1000;
  process.send({ count, micros: (user + system) / count, perSecond: count / took });
});
console.log('{}');

function lastDay() {
  return new Date(Date.now() + 90 * 86_400_000).toISOString().slice(0, 10);
}
