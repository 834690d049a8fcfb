import type { DomainReason } from '../secrets/secret-use.entity.js';
import type { DomainEnvironment } from './domain.entity.js';
import { isListed } from './server-ips.js';

/** What is known of the domain that a call names, and of the secret on it. */
export interface NamedDomain {
  linked: boolean;
  active: boolean;
  allowLogin: boolean;
  allowApi: boolean;
  serverIps: string[];
  environment: DomainEnvironment;
}

/** What a call does and how it comes. */
export interface CallManner {
  /** Signing in a user, or anything else. */
  kind: 'login' | 'api';
  address: string;
  /** It came over https, as far as trusted proxies say. */
  secure: boolean;
  /** Where the browser is to come back to, where the call says so. */
  redirectUrl?: unknown;
}

/**
 * Checks 4 to 10 of header authentication, in their order.
 * @param domain of this application, if it has the one that was named
 */
export function reasonAgainstCall(
  { domain, disabled }: { domain: NamedDomain | null; disabled: boolean },
  { kind, address, secure, redirectUrl }: CallManner,
): DomainReason | 'application_disabled' | undefined {
  if (!domain) return 'domain_unknown';
  if (disabled) return 'application_disabled';
  if (!domain.linked) return 'secret_not_linked';
  if (!domain.active) return 'domain_inactive';
  if (kind === 'login' && !domain.allowLogin) return 'login_not_allowed';
  if (kind === 'api' && !domain.allowApi) return 'api_not_allowed';
  if (domain.serverIps.length > 0 && !isListed(address, domain.serverIps)) return 'ip_not_allowed';
  const inTheOpen = !secure || (typeof redirectUrl === 'string' && /^http:/i.test(redirectUrl));
  return domain.environment === 'live' && inTheOpen ? 'https_required' : undefined;
}
