// Two instances behind a PgBouncer that pools by transaction: node ops/drills/pgbouncer.mjs [seconds] [--json]
//
// The pooler may keep four connections to the database for all of them, fewer than one instance would
// open by itself, so nearly every transaction meets another session than the one before. Promised: the
// service starts on an empty database with two instances at once; nothing but good answers under load;
// what is revoked at one is refused by the other; nothing of a session stays behind (a lock, a time
// limit, a named statement); the audit's chain is whole. Needs `pgbouncer` (PGBOUNCER names another).
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import pg from 'pg';
import { startLocalPostgres } from '../../dist/src/platform/database/local-postgres.js';
import { freePort, newDataDir, startInstance, stopAll } from './demo-instances.mjs';
import { Load, pause, post } from './load.mjs';

const seconds = Number(process.argv.find((each) => /^\d+$/.test(each)) ?? 10);
const json = process.argv.includes('--json');
const serverConnections = 4;

const dataDir = await newDataDir();
const server = await startLocalPostgres({ dataDir: join(dataDir, 'server') });
const direct = new pg.Client({ ...server, ssl: false });
await direct.connect();
const pooler = await startPooler();
const instances = [];
const facts = {};
try {
  const environment = {
    DATABASE_URL: `postgres://${server.user}@127.0.0.1:${pooler.port}/${server.database}`,
    DATABASE_POOLER: 'transaction',
  };
  facts['says what the role lacks'] = await refusal(environment);
  for (const [name, value] of [
    ['TimeZone', 'UTC'],
    ['statement_timeout', '5s'],
    ['lock_timeout', '2s'],
    ['idle_in_transaction_session_timeout', '30s'],
  ]) {
    await direct.query(`alter role ${server.user} set ${name} = '${value}'`);
  }
  await endSessions();
  // Both find an empty database.
  instances.push(
    ...(await Promise.all([1, 2].map(() => startInstance(join(dataDir, 'demo'), environment)))),
  );
  const migrated = await direct.query(
    'select count(distinct name)::int as names, count(*)::int as rows from migrations',
  );
  const { names, rows } = migrated.rows[0];
  facts['each migration applied once'] = names > 0 && names === rows;
  await underLoad();
  facts['the chain of the audit is whole'] = await auditIsWhole(environment);
  await nothingStaysBehind();
} finally {
  await stopAll(instances, join(dataDir, 'demo'));
  pooler.child.kill('SIGTERM');
  await direct.end();
  await server.stop();
}
const broken = Object.entries(facts).filter(([, fact]) => fact === false);
if (json) console.log(JSON.stringify(facts));
else for (const [name, fact] of Object.entries(facts)) console.log(`${word(fact)}  ${name}`);
process.exitCode = broken.length ? 1 : 0;

function word(fact) {
  return (typeof fact === 'boolean' ? (fact ? 'yes' : 'NO') : String(fact)).padStart(8);
}

async function underLoad() {
  const client = instances[0].ready.secrets.find(({ name }) => name === 'Search server');
  const load = new Load(instances, client, 16);
  await pause(seconds * 1_000);
  const { rows } = await direct.query(
    `select count(*)::int as count from pg_stat_activity where application_name = 'keyturn'`,
  );
  await load.stop();
  const { answers, revoked } = load;
  const strange = answers.filter(({ status }) => status !== 200);
  const times = answers.map(({ took }) => took).sort((a, b) => a - b);
  let active = 0;
  for (const token of revoked) {
    const { body } = await post(`${instances[1].ready.url}/oauth2/introspect`, client, { token });
    if (body?.active !== false) active += 1;
  }
  facts.answers = answers.length;
  facts['p50 ms'] = times[Math.floor(times.length / 2)].toFixed(1);
  facts['p99 ms'] = times[Math.floor(times.length * 0.99)].toFixed(1);
  facts['connections of the server in use'] = rows[0].count;
  facts['no more of them than the pooler may keep'] = rows[0].count <= serverConnections;
  facts['every answer good'] = strange.length === 0;
  if (strange.length)
    facts[`first strange answer: ${strange[0].status} ${strange[0].text}`] = false;
  facts['nothing active that was revoked'] = revoked.length > 0 && active === 0;
}

/** Looks into each of the server's sessions through the pooler. */
async function nothingStaysBehind() {
  const { rows: locks } = await direct.query(
    `select from pg_locks where locktype = 'advisory' and pid <> pg_backend_pid()`,
  );
  facts['no lock stays behind'] = locks.length === 0;
  const clients = await Promise.all(
    Array.from({ length: serverConnections }, async () => {
      const client = new pg.Client({
        host: '127.0.0.1',
        port: pooler.port,
        user: server.user,
        database: server.database,
        ssl: false,
      });
      await client.connect();
      return client;
    }),
  );
  const found = await Promise.all(
    clients.map(async (client) => {
      await client.query('begin');
      const { rows } = await client.query(
        `select pg_backend_pid() as pid, current_setting('statement_timeout') as timeout,
           (select count(*)::int from pg_prepared_statements) as named`,
      );
      await pause(200);
      await client.query('commit');
      await client.end();
      return rows[0];
    }),
  );
  facts['sessions looked into'] = new Set(found.map(({ pid }) => pid)).size;
  facts['time limits as the role has them'] = found.every(({ timeout }) => timeout === '5s');
  facts['no named statement stays behind'] = found.every(({ named }) => named === 0);
}

async function auditIsWhole(environment) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['dist/src/cli.js', 'audit', 'verify'], {
    env: { PATH, HOME, DATA_DIR: join(dataDir, 'demo'), ...environment },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const [status] = await once(child, 'exit');
  return status === 0;
}

/** A role without the settings is told which they are, and nothing starts. */
async function refusal(environment) {
  const { PATH, HOME } = process.env;
  const child = spawn(process.execPath, ['dist/src/main.js', '--demo'], {
    env: { PATH, HOME, DATA_DIR: join(dataDir, 'refused'), PORT: '0', ...environment },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let text = '';
  child.stderr.on('data', (chunk) => (text += chunk));
  const [status] = await once(child, 'close');
  return status === 1 && text.includes(`alter role ${server.user} set statement_timeout = '5s';`);
}

/** So that the pooler opens new ones, with what the role has by then. */
async function endSessions() {
  await direct.query(
    `select pg_terminate_backend(pid) from pg_stat_activity
     where datname = current_database() and pid <> pg_backend_pid()`,
  );
  await pause(500);
}

async function startPooler() {
  const port = await freePort();
  const folder = join(dataDir, 'pooler');
  await mkdir(folder);
  const file = join(folder, 'pgbouncer.ini');
  await writeFile(join(folder, 'users.txt'), `"${server.user}" ""\n`);
  await writeFile(
    file,
    `[databases]
* = host=${server.host} port=${server.port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = trust
auth_file = ${join(folder, 'users.txt')}
pool_mode = transaction
default_pool_size = ${serverConnections}
max_client_conn = 200
server_login_retry = 1
`,
  );
  const program = process.env.PGBOUNCER ?? 'pgbouncer';
  // It refuses to run as root; in a namespace it is called nobody.
  const [command, args] =
    process.getuid?.() === 0
      ? ['unshare', ['--user', '--map-user=65534', '--map-group=65534', '--', program, '-q', file]]
      : [program, ['-q', file]];
  const child = spawn(command, args, { stdio: ['ignore', 'inherit', 'inherit'] });
  await answers(port, child);
  return { port, child };
}

async function answers(port, child) {
  while (child.exitCode === null) {
    const socket = connect(port, '127.0.0.1');
    const [event] = await Promise.race([
      once(socket, 'connect').then(() => ['connect']),
      once(socket, 'error').then(() => ['error']),
    ]).catch(() => ['error']);
    socket.destroy();
    if (event === 'connect') return;
    await pause(50);
  }
  throw new Error('PgBouncer did not start');
}
