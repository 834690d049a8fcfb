// Access tokens, bought before anything is measured.
import { basic, form } from './references.mjs';

/** @returns {Promise<string[]>} one per client */
export async function tokensOf(service, clients, resourceOf = (client) => client.resource) {
  return Promise.all(
    clients.map(async (client) => {
      const { headers, body } = form(
        '',
        { grant_type: 'client_credentials', resource: resourceOf(client) },
        basic(client),
      );
      const response = await fetch(`${service.url}/oauth2/token`, {
        method: 'POST',
        headers,
        body,
      });
      if (!response.ok) throw new Error(`no token: ${response.status} ${await response.text()}`);
      return (await response.json()).access_token;
    }),
  );
}
