import type { FastifyRequest } from 'fastify';
import { OAuthRefusal } from '../oauth/oauth-refusal.js';

/**
 * The parameters of a form-encoded request (RFC 6749 section 3.2): each at most once, without those
 * that have no value, and none in the address, where logs would keep them.
 * @throws OAuthRefusal
 */
export function parametersOf(request: FastifyRequest): Map<string, string> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new OAuthRefusal('invalid_request', 'send application/x-www-form-urlencoded');
  }
  if (request.url.includes('?')) {
    throw new OAuthRefusal('invalid_request', 'send parameters in the body, not in the address');
  }
  const parameters = new Map<string, string>();
  for (const [name, value] of Object.entries((request.body ?? {}) as Record<string, unknown>)) {
    if (typeof value !== 'string') throw repeated(name);
    if (value !== '') parameters.set(name, value);
  }
  return parameters;
}

/** Only `resource` may come several times (RFC 8707), but a token is for one (T2). */
function repeated(name: string): OAuthRefusal {
  return name === 'resource'
    ? new OAuthRefusal('invalid_target', 'a token is for one resource')
    : new OAuthRefusal('invalid_request', 'a parameter is repeated');
}
