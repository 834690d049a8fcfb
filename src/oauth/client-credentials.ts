import type { Credentials } from '../secrets/credential-check.service.js';
import { OAuthRefusal } from './oauth-refusal.js';

/**
 * The client's credentials, by `client_secret_basic` or `client_secret_post`, never by both
 * (RFC 6749 section 2.3).
 * @throws OAuthRefusal
 */
export function clientCredentials(
  authorization: string | undefined,
  parameters: ReadonlyMap<string, string>,
): Credentials {
  const clientId = parameters.get('client_id');
  const secret = parameters.get('client_secret');
  const assertion = parameters.get('client_assertion');
  if (assertion !== undefined && (authorization ?? secret) !== undefined) throw twoWays();
  if (authorization !== undefined) {
    const basic = basicCredentials(authorization);
    if (secret !== undefined || (clientId !== undefined && clientId !== basic.clientId)) {
      throw twoWays();
    }
    return basic;
  }
  if (clientId === undefined || secret === undefined) {
    throw new OAuthRefusal('invalid_client', 'client authentication is missing');
  }
  return { clientId, secret };
}

/** Each half is form-encoded before it is joined and encoded (RFC 6749 section 2.3.1). */
function basicCredentials(authorization: string): Credentials {
  const encoded = /^Basic +([A-Za-z0-9+/]+={0,2}) *$/i.exec(authorization)?.[1];
  const joined = encoded && Buffer.from(encoded, 'base64').toString('utf8');
  const colon = joined ? joined.indexOf(':') : -1;
  if (!joined || colon < 1) throw unreadable();
  return {
    clientId: formDecoded(joined.slice(0, colon)),
    secret: formDecoded(joined.slice(colon + 1)),
  };
}

function formDecoded(text: string): string {
  if (!/[%+]/.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll('+', ' '));
  } catch {
    throw unreadable();
  }
}

function twoWays(): OAuthRefusal {
  return new OAuthRefusal('invalid_request', 'use one way of client authentication, not two');
}

function unreadable(): OAuthRefusal {
  return new OAuthRefusal('invalid_client', 'the Authorization header cannot be read');
}
