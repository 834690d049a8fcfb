// oidc-provider with client credentials and ES256 access tokens for one resource, its clients in
// memory or in PostgreSQL. Arguments: connection or `memory`, clients as JSON on the command line's
// file.
import { generateKeyPairSync } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import pg from 'pg';
import Provider from 'oidc-provider';
import { postgresAdapter } from './oidc-adapter.mjs';

const [, , storage, clientsFile] = process.argv;
const known = JSON.parse(await readFile(clientsFile, 'utf8'));
const clients = known.map(({ clientId, value }) => ({
  client_id: clientId,
  client_secret: value,
  grant_types: ['client_credentials'],
  redirect_uris: [],
  response_types: [],
  token_endpoint_auth_method: 'client_secret_basic',
  id_token_signed_response_alg: 'ES256',
}));
const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });

const provider = new Provider('https://keyturn.example.org', {
  ...(await whereClientsAre()),
  jwks: { keys: [{ ...privateKey.export({ format: 'jwk' }), kid: 'a', use: 'sig', alg: 'ES256' }] },
  clientAuthMethods: ['client_secret_basic'],
  features: {
    devInteractions: { enabled: false },
    clientCredentials: { enabled: true },
    introspection: { enabled: true },
    resourceIndicators: {
      enabled: true,
      getResourceServerInfo: () => ({
        scope: 'search-match',
        accessTokenFormat: 'jwt',
        accessTokenTTL: 3600,
        jwt: { sign: { alg: 'ES256' } },
      }),
    },
  },
  ttl: { ClientCredentials: 3600 },
});

const server = createServer(provider.callback()).listen(0, '127.0.0.1', () => {
  console.log(JSON.stringify({ url: `http://127.0.0.1:${server.address().port}` }));
});

async function whereClientsAre() {
  if (storage === 'memory') return { clients };
  const pool = new pg.Pool({ ...JSON.parse(storage), max: 8 });
  const adapter = await postgresAdapter(pool);
  const store = new adapter('Client');
  for (const client of clients) await store.upsert(client.client_id, client);
  return { adapter };
}
