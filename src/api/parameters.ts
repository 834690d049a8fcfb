import type { FastifyRequest } from 'fastify';
import { OAuthRefusal } from '../oauth/oauth-refusal.js';

/**
 * The form that a request holds (RFC 6749 section 3.2), with no parameters in the address, where logs
 * would keep them.
 * @throws OAuthRefusal
 */
export function formIn(request: FastifyRequest): Record<string, unknown> {
  const type = request.headers['content-type']?.split(';')[0]?.trim().toLowerCase();
  if (type !== 'application/x-www-form-urlencoded') {
    throw new OAuthRefusal('invalid_request', 'send application/x-www-form-urlencoded');
  }
  if (request.url.includes('?')) {
    throw new OAuthRefusal('invalid_request', 'send parameters in the body, not in the address');
  }
  return (request.body ?? {}) as Record<string, unknown>;
}

/** Its parameters: each at most once, without those that have no value. @throws OAuthRefusal */
export function parametersIn(form: Record<string, unknown>): Map<string, string> {
  const parameters = new Map<string, string>();
  for (const name of Object.keys(form)) {
    const value = form[name];
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
