// The service as it is built and as `npm start` starts it.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { freePort, startNode } from '../harness/child.mjs';
import { serverCore } from '../harness/machine.mjs';

const root = new URL('../../', import.meta.url);
const { scripts } = JSON.parse(readFileSync(new URL('package.json', root)));
const [, ...words] = scripts.start.split(' ');
const main = fileURLToPath(new URL(words.pop(), root));
export const issuer = 'https://keyturn.example.org';

/** The least that production needs; everything else has its default, the log too. */
export function serviceEnvironment(db, database, port) {
  return {
    ...db.settings,
    NODE_ENV: 'production',
    DATABASE_URL: db.url(database),
    PORT: String(port),
    PUBLIC_URL: issuer,
    SMTP_URL: 'smtp://127.0.0.1:1',
    MAIL_FROM: 'Keyturn <keyturn@keyturn.example>',
    SUPPORT_ADDRESS: 'support@keyturn.example',
  };
}

/** @returns {Promise<{ url: string, pids: number[], stop(): Promise<void> }>} */
export async function startService(db, database, { core = serverCore, env = {}, flags = [] } = {}) {
  const port = await freePort();
  const service = await startNode([main, '--json'], {
    core,
    flags: [...words, ...flags],
    env: { ...serviceEnvironment(db, database, port), ...env },
  });
  return { ...service, url: `http://127.0.0.1:${port}`, pids: [service.pid] };
}
