// Restarts two instances in turn, behind nginx, under load: node ops/drills/rolling-restart.mjs [rounds] [--json]
//
// Promised: no request is lost. Programs buy tokens and people look at pages through nginx, with the
// configuration of ops/nginx/, while one instance after the other is told to stop and is started again.
// Needs nginx. Prints a table, or one line of JSON; exit status 1 when an answer was lost.
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePort, newDataDir, startInstance, stopAll } from './demo-instances.mjs';
import { pause, post } from './load.mjs';

const rounds = Number(process.argv.find((each) => /^\d+$/.test(each)) ?? 5);
const json = process.argv.includes('--json');
const given = fileURLToPath(new URL('../nginx/', import.meta.url));

const dataDir = await newDataDir();
const ports = [await freePort(), await freePort()];
const start = (which) => startInstance(dataDir, { PORT: String(ports[which]) });
const instances = [await start(0), await start(1)];
const proxy = await startNginx();
const client = instances[0].ready.secrets.find(({ name }) => name === 'Search server');
const answers = [];
const stops = [];
let over = false;
try {
  const callers = [...Array(12).keys()].map((n) => (n % 3 === 0 ? look() : buy()));
  for (let round = 0; round < rounds; round++) {
    for (const which of [0, 1]) {
      await pause(500);
      const begun = performance.now();
      instances[which].child.kill('SIGTERM');
      await once(instances[which].child, 'exit');
      stops.push(performance.now() - begun);
      instances[which] = await start(which);
      // As an orchestrator waits for readiness, and nginx for its fail_timeout.
      await pause(2_500);
    }
  }
  over = true;
  await Promise.all(callers);
} finally {
  over = true;
  spawnSync('kill', ['-QUIT', String(proxy.pid)]);
  await stopAll(instances, dataDir);
  await rm(proxy.folder, { recursive: true, force: true });
}
const lost = answers.filter(({ status }) => status !== 200);
const facts = {
  restarts: stops.length,
  requests: answers.length,
  posts: answers.filter(({ kind }) => kind === 'POST').length,
  'slowest stop ms': Math.round(Math.max(...stops)),
  'slowest answer ms': Math.round(Math.max(...answers.map(({ took }) => took))),
  lost: lost.length,
};
if (json) console.log(JSON.stringify({ ...facts, examples: lost.slice(0, 3) }));
else {
  for (const [name, fact] of Object.entries(facts))
    console.log(`${String(fact).padStart(8)}  ${name}`);
  for (const each of lost.slice(0, 3))
    console.log(`    lost: ${each.kind} ${each.status} ${each.text}`);
}
process.exitCode = lost.length ? 1 : 0;

async function buy() {
  while (!over) {
    const begun = performance.now();
    const fields = { grant_type: 'client_credentials', scope: 'match-connect' };
    const { status, text } = await post(`${proxy.url}/oauth2/token`, client, fields);
    answers.push({
      kind: 'POST',
      status,
      text: text.slice(0, 100),
      took: performance.now() - begun,
    });
    await pause(20);
  }
}

async function look() {
  while (!over) {
    const begun = performance.now();
    const { status, text } = await fetch(`${proxy.url}/sign-in`)
      .then(async (answer) => ({ status: answer.status, text: await answer.text() }))
      .catch((error) => ({ status: 0, text: String(error.cause ?? error) }));
    answers.push({
      kind: 'GET',
      status,
      text: text.slice(0, 100),
      took: performance.now() - begun,
    });
    await pause(20);
  }
}

/** With the files that are shipped: only the ports and folders are others. */
async function startNginx() {
  const folder = join(dataDir, '..', `${dataDir.split('/').at(-1)}-nginx`);
  await mkdir(join(folder, 'temp'), { recursive: true });
  const port = await freePort();
  const http = (await readFile(join(given, 'keyturn-http.conf'), 'utf8'))
    .replace('127.0.0.1:3001', `127.0.0.1:${ports[0]}`)
    .replace('127.0.0.1:3002', `127.0.0.1:${ports[1]}`);
  const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'].map(
    (name) => `${name}_temp_path ${join(folder, 'temp', name)};`,
  );
  await writeFile(join(folder, 'http.conf'), http);
  await writeFile(
    join(folder, 'nginx.conf'),
    `daemon off; master_process off; pid ${join(folder, 'pid')}; error_log ${join(folder, 'error')} crit;
events { worker_connections 512; }
http {
  ${temporary.join('\n  ')}
  access_log off;
  include ${join(folder, 'http.conf')};
  server { listen 127.0.0.1:${port}; include ${join(given, 'keyturn-locations.conf')}; }
}
`,
  );
  const child = spawn('nginx', ['-p', folder, '-c', join(folder, 'nginx.conf')], {
    stdio: ['ignore', 'inherit', 'inherit'],
  });
  const url = `http://127.0.0.1:${port}`;
  while (!(await fetch(`${url}/sign-in`).catch(() => undefined))) {
    if (child.exitCode !== null) throw new Error('nginx did not start');
    await pause(50);
  }
  return { pid: child.pid, url, folder };
}
