// The reference servers, and what is asked of them.
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startNode } from '../harness/child.mjs';
import { serverCore } from '../harness/machine.mjs';

const file = (name) => fileURLToPath(new URL(`../references/${name}.mjs`, import.meta.url));

/** Starts those that a token is compared with, all on the server's core. */
export async function startReferences(db, { database, clients }) {
  const connection = JSON.stringify(db.connection(database));
  const clientsFile = join(db.folder, 'clients.json');
  // oidc-provider knows one secret per client.
  const single = [...new Map(clients.map((client) => [client.clientId, client])).values()];
  await writeFile(clientsFile, JSON.stringify(single), { mode: 0o600 });
  const start = async (name, ...args) => {
    const server = await startNode([file(name), ...args], { core: serverCore });
    return { ...server, pids: [server.pid] };
  };
  return {
    parts: await start('parts', connection),
    hello: await start('nest'),
    bare: await start('nest', connection),
    memory: await start('oidc-provider', 'memory', clientsFile),
    postgres: await start('oidc-provider', connection, clientsFile),
    bareRequests: clients.map(({ clientId, value, resource }) =>
      form('/token', { ...grant, client_id: clientId, client_secret: value, resource }),
    ),
    oidcRequests: single.map((client) =>
      form('/token', { ...grant, resource: client.resource }, basic(client)),
    ),
  };
}

const grant = { grant_type: 'client_credentials' };

export function tokenRequests(clients) {
  return clients.map((client) =>
    form('/oauth2/token', { ...grant, resource: client.resource }, basic(client)),
  );
}

export function basic({ clientId, value }) {
  return { authorization: `Basic ${Buffer.from(`${clientId}:${value}`).toString('base64')}` };
}

export function form(path, fields, headers = {}) {
  return {
    method: 'POST',
    path,
    headers: { 'content-type': 'application/x-www-form-urlencoded', ...headers },
    body: new URLSearchParams(fields).toString(),
  };
}
