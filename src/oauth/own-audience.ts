import type { Config } from '../platform/config/config.js';
import type { GrantedResource } from '../secrets/credential-check.service.js';

/** The id of Keyturn's own API among the resources. */
export const ownResource = '0190a000-0000-7000-8000-6b65797475aa';

const path = '/api/v1';

/** The audience of tokens for our own API, as this instance is called. */
export const ownAudience = ({ PUBLIC_URL }: Config) => PUBLIC_URL + path;

/** Also true for that of an instance that differs by its port alone. */
export function isOwnAudience(config: Config, audience: string): boolean {
  return audience.endsWith(path) && config.isOwnIssuer(audience.slice(0, -path.length));
}

/** The table has the audience that the instance started last goes by; here this one's counts. */
export function asSeenHere(config: Config, granted: GrantedResource[]): GrantedResource[] {
  if (!granted.some(({ id }) => id === ownResource)) return granted;
  return granted.map((each) =>
    each.id === ownResource ? { ...each, audience: ownAudience(config) } : each,
  );
}
