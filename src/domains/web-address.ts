import { t, type Words } from '../platform/language/speaking.js';
import type { DomainEnvironment, UrlKind } from './domain.entity.js';
import { isLocalHost } from './normal-host.js';

/**
 * Why an address cannot be one that browsers or messages are sent to. It is compared character for
 * character, so it is kept as it was typed.
 */
export function problemOfUrl(
  url: string,
  kind: UrlKind | 'fallback',
  environment: DomainEnvironment,
): Words | undefined {
  if (url.length > 2_000) return () => t`An address has 2,000 characters at most.`;
  if (!/^[\x21-\x7e]+$/.test(url) || url.includes('\\') || !URL.canParse(url)) {
    return () => t`Type a whole address, such as https://www.example.org/signed-in.`;
  }
  const { protocol, username, password, searchParams } = new URL(url);
  const scheme = problemOfScheme(protocol, mayBeLocal(url, kind, environment), kind);
  if (scheme) return scheme;
  if (!/^https?:\/\/[^/]/i.test(url)) {
    return () => t`Type a whole address, such as https://www.example.org/signed-in.`;
  }
  if (username || password || /^[^/]*\/\/[^/?#]*@/.test(url)) {
    return () => t`An address cannot hold a user name or password.`;
  }
  if (url.includes('#')) return () => t`An address cannot have a part behind #.`;
  if (kind === 'callback' && searchParams.has('token')) {
    return () => t`The address gets a token when it is called, so it cannot have one already.`;
  }
  return undefined;
}

function problemOfScheme(
  protocol: string,
  local: boolean,
  kind: UrlKind | 'fallback',
): Words | undefined {
  if (protocol === 'https:' || (protocol === 'http:' && local)) return undefined;
  return kind === 'webhook'
    ? () => t`The address must begin with https://.`
    : () =>
        t`The address must begin with https://. Only of a test domain, localhost may have http.`;
}

/** A developer's own machine has no certificate. */
function mayBeLocal(
  url: string,
  kind: UrlKind | 'fallback',
  environment: DomainEnvironment,
): boolean {
  const { hostname } = new URL(url);
  const here = isLocalHost(hostname) || hostname === '127.0.0.1' || hostname === '[::1]';
  return here && kind !== 'webhook' && environment === 'test';
}
