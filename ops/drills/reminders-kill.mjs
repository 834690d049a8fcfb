// Kills the reminders at random moments, with real processes and a real mail server.
//
//   node ops/drills/reminders-kill.mjs [--rounds 100] [--seed 1] [--database postgres://…] [--json]
//
// Each round: nobody has been mailed yet; one, two or five instances begin together; one or all of
// them are killed with SIGKILL; the run is started again. Then every mail must have come, the ledger
// must say so, and a message that came twice must have had one Message-ID. One instance works at a time,
// so each round kills one worker at most: it may double one message for each connection (docs/adr/0007).
// Exits with 1 otherwise.
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import pg from 'pg';
import { fillWith, morning } from '../../bench/reminders/fill.mjs';
import { buildDataSource } from '../../dist/src/platform/database/data-source.js';
import { migrate } from '../../dist/src/platform/database/migrate.js';
import { startLocalPostgres } from '../../dist/src/platform/database/local-postgres.js';
import { entities, migrations } from '../../dist/src/schema.js';

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '100' },
    seed: { type: 'string', default: '1' },
    database: { type: 'string' },
    json: { type: 'boolean', default: false },
  },
});
const cli = fileURLToPath(new URL('../../dist/src/cli.js', import.meta.url));
const connections = 5;
const due = 120;
const random = generator(Number(values.seed));
const say = (text) => values.json || process.stderr.write(`${text}\n`);

const folder = await mkdtemp(join(tmpdir(), 'keyturn-drill-'));
const server = values.database ? undefined : await startLocalPostgres({ dataDir: folder });
const client = new pg.Client({ connectionString: values.database ?? (await ownDatabase(server)) });
await client.connect();
const sink = await mailServer();
const key = () => `1:${randomBytes(32).toString('base64')}`;
const environment = {
  PATH: process.env.PATH,
  HOME: folder,
  NODE_ENV: 'production',
  DATABASE_URL: values.database ?? urlOf(server, 'drill'),
  DATA_DIR: folder,
  PUBLIC_URL: 'https://keyturn.example.org',
  SMTP_URL: `smtp://127.0.0.1:${sink.port}`,
  SMTP_CONNECTIONS: String(connections),
  MAIL_FROM: 'Keyturn <keyturn@keyturn.example>',
  SUPPORT_ADDRESS: 'support@keyturn.example',
  SESSION_KEYS: key(),
  HASH_KEYS: key(),
  ENCRYPTION_KEYS: key(),
};

const total = { rounds: 0, kills: 0, expected: 0, lost: 0, repeated: 0, mostRepeated: 0, wrong: 0 };
try {
  await fillWith(4 * due, due)(client);
  for (let round = 1; round <= Number(values.rounds); round++) {
    const seen = await oneRound([1, 2, 5][round % 3]);
    total.rounds += 1;
    for (const name of ['kills', 'expected', 'lost', 'repeated', 'wrong'])
      total[name] += seen[name];
    total.mostRepeated = Math.max(total.mostRepeated, seen.repeated);
    say(`${round}: ${JSON.stringify(seen)}`);
  }
} finally {
  await client.end();
  sink.server.close();
  await server?.stop();
  await rm(folder, { recursive: true, force: true });
}
if (values.json) console.log(JSON.stringify(total));
else console.table(total);
const good = total.lost === 0 && total.wrong === 0 && total.mostRepeated <= connections;
process.exit(good ? 0 : 1);

async function oneRound(instances) {
  await client.query(`delete from reminders where day = '${morning.slice(0, 10)}'`);
  await client.query('delete from mails');
  await client.query(`update secrets set reminded = '6' where reminded = '5'`);
  await client.query('delete from reminder_runs');
  sink.received.length = 0;
  const running = Array.from({ length: instances }, remind);
  if (random() < 0.25) await pause(random() * 2_000);
  else {
    await Promise.race([sink.nextMail(), ...running.map(({ ended }) => ended)]);
    await pause(random() * 500);
  }
  const victims = random() < 0.5 ? running : running.slice(0, 1);
  const kills = victims.filter(({ child }) => child.kill('SIGKILL')).length;
  await Promise.all(running.map(({ ended }) => ended));
  // Whoever comes next takes over at once: the lock died with its holder.
  const after = await remind().ended;
  const said = JSON.parse(after.output || '{}');
  return {
    instances,
    kills,
    ...(await judge()),
    wrong: (await wrongRows()) + (said.failed === 0 ? 0 : 1),
  };
}

async function judge() {
  const ids = new Map();
  for (const { reminder, messageId } of sink.received) {
    ids.set(reminder, [...(ids.get(reminder) ?? []), messageId]);
  }
  const { rows } = await client.query(
    `select secret_id || '; ' || milestone as line from reminders where day = '${morning.slice(0, 10)}'`,
  );
  const lost = rows.filter(({ line }) => !ids.has(line)).length + (due - rows.length);
  const twoIds = [...ids.values()].filter((all) => new Set(all).size > 1).length;
  return { expected: due, lost: lost + twoIds, repeated: sink.received.length - ids.size };
}

async function wrongRows() {
  const { rows } = await client.query(
    `select count(*)::int as wrong from reminders l left join mails m on m.id = l.mail_id
     where l.day = '${morning.slice(0, 10)}' and
       (l.state <> 'sent' or m.state <> 'sent' or l.attempts <> 1 or l.server_answer not like '250%')`,
  );
  return rows[0].wrong;
}

function remind() {
  const child = spawn(process.execPath, [cli, 'remind', '--as-of', morning, '--json'], {
    env: environment,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  let output = '';
  child.stdout.on('data', (chunk) => (output += chunk));
  return { child, ended: once(child, 'close').then(([status]) => ({ status, output })) };
}

/** Takes every mail, some of them slowly, and remembers which it was. */
async function mailServer() {
  const received = [];
  const waiting = [];
  const tcp = createServer((socket) => {
    let buffer = '';
    let inText = false;
    socket.on('error', () => undefined);
    socket.write('220 drill\r\n');
    socket.setEncoding('latin1');
    socket.on('data', (chunk) => {
      buffer += chunk;
      for (let end; (end = buffer.indexOf(inText ? '\r\n.\r\n' : '\r\n')) >= 0;) {
        const line = buffer.slice(0, end);
        buffer = buffer.slice(end + (inText ? 5 : 2));
        if (inText) {
          inText = false;
          received.push({
            reminder: /^X-Reminder: (.*)$/m.exec(line)?.[1].trim(),
            messageId: /^Message-ID: (.*)$/im.exec(line)?.[1].trim(),
          });
          waiting.splice(0).forEach((goOn) => goOn());
          setTimeout(() => socket.write('250 taken\r\n'), random() * 20);
        } else if (/^data/i.test(line)) {
          inText = true;
          socket.write('354 go on\r\n');
        } else if (/^quit/i.test(line)) socket.end('221 bye\r\n');
        else socket.write('250 ok\r\n');
      }
    });
  }).listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const nextMail = () => new Promise((goOn) => waiting.push(goOn));
  return { server: tcp, port: tcp.address().port, received, nextMail };
}

async function ownDatabase({ host, port, user }) {
  const lobby = new pg.Client({ host, port, user, database: 'postgres' });
  await lobby.connect();
  await lobby.query('create database drill');
  await lobby.end();
  const dataSource = buildDataSource({ host, port, user, database: 'drill' }, entities, migrations);
  await dataSource.initialize();
  await migrate(dataSource);
  await dataSource.destroy();
  return urlOf(server, 'drill');
}

function urlOf({ host, port, user }, database) {
  return `postgres://${user}@${encodeURIComponent(host)}:${port}/${database}`;
}

/** The same numbers for the same seed. */
function generator(state) {
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 2 ** 32;
    return state / 2 ** 32;
  };
}
