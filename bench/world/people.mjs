// People with an open session, and what their browser would send.
import Tokens from '@fastify/csrf';
import { randomBytes, randomUUID } from 'node:crypto';
import { keysOf, loadConfig } from '../../dist/src/platform/config/load.js';
import { uuid } from './clients.mjs';
import { inClient } from './database.mjs';
import { serviceEnvironment } from './service.mjs';

export const operator = uuid('userit');
/** Credential manager of applications 2 × number and 2 × number + 1. */
export const manager = (number) => uuid(`user${number}`);
export const application = (number) => uuid(`application${number}`);

/**
 * Signs people in as if they had just proved their second factor.
 * @returns {Promise<{ headers: object, csrf: string }[]>}
 */
export async function signedIn(db, database, userIds) {
  const keys = keysOf(loadConfig('service', serviceEnvironment(db, database, 0)));
  const sessions = userIds.map((userId) => ({
    userId,
    id: randomUUID(),
    token: randomBytes(32).toString('base64url'),
  }));
  await inClient(db.connection(database), (client) =>
    client.query(
      `insert into sessions (id, token_digest, user_id, stage, created_at, seen_at, factor_at)
       select n.id, n.digest, n.user_id, 'full', now(), now(), now()
       from unnest($1::uuid[], $2::bytea[], $3::uuid[]) n (id, digest, user_id)`,
      [
        sessions.map(({ id }) => id),
        sessions.map(({ token }) => keys.sessionDigest(token)),
        userIds,
      ],
    ),
  );
  return sessions.map(({ id, token }) => ({
    headers: { cookie: `__Host-keyturn-session=${token}` },
    csrf: Tokens().create(keys.formSecret(`session ${id}`)),
  }));
}
