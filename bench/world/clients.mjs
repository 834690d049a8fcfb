// Clients with values that the bench knows, spread evenly over a world.
import { createHash } from 'node:crypto';
import { loadConfig, keysOf } from '../../dist/src/platform/config/load.js';
import { hintOf, newValue } from '../../dist/src/secrets/value.js';
import { inClient } from './database.mjs';
import { serviceEnvironment } from './service.mjs';

/**
 * Gives `count` live secrets of the world values of their own.
 * @returns {Promise<{ clientId: string, value: string, resource: string }[]>}
 */
export async function knownClients(db, database, secrets, count) {
  const keys = keysOf(loadConfig('service', serviceEnvironment(db, database, 0)));
  const numbers = Array.from({ length: count }, (_, at) => liveNumber(at, secrets, count));
  const values = numbers.map(() => newValue());
  await inClient(db.connection(database), async (client) => {
    await client.query(`set session_replication_role = replica`);
    await client.query(
      `update secrets s set digest = n.digest, hint = n.hint
       from unnest($1::uuid[], $2::bytea[], $3::text[]) n (id, digest, hint) where s.id = n.id`,
      [
        numbers.map((number) => uuid(`secret${number}`)),
        values.map((value) => keys.digest('secret', value).digest),
        values.map(hintOf),
      ],
    );
    await client.query('vacuum (analyze) secrets');
  });
  return numbers.map((number, at) => ({
    clientId: uuid(`client${Math.floor(number / 10)}`),
    value: values[at],
    resource: Math.floor(number / 10) % 2 === 0 ? audiences.SMC : audiences.DM,
  }));
}

const audiences = {
  SMC: 'https://search-match.api.example.org',
  DM: 'https://data-manager.api.example.org',
};

/** Each tenth is deleted. */
function liveNumber(at, secrets, count) {
  const number = Math.floor((at * secrets) / count);
  return number % 10 === 9 ? number - 1 : number;
}

/** As the SQL of `fill.mjs` makes them. */
export function uuid(text) {
  return createHash('md5')
    .update(text)
    .digest('hex')
    .replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
