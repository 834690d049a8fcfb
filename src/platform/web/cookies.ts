import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';

/** The names of our cookies; `__Host-` binds them to this host, https and the path `/`. */
export const cookieName = (config: Config, kind: 'session' | 'visitor'): string =>
  `${config.secureCookies ? '__Host-' : ''}keyturn-${kind}`;

/** A cookie that ends with the browser and that scripts cannot read (R10). */
export function setCookie(
  config: Config,
  reply: FastifyReply,
  kind: 'session' | 'visitor',
  value: string,
): void {
  void reply.setCookie(cookieName(config, kind), value, {
    path: '/',
    httpOnly: true,
    secure: config.secureCookies,
    sameSite: 'lax',
  });
}

export function clearCookie(
  config: Config,
  reply: FastifyReply,
  kind: 'session' | 'visitor',
): void {
  void reply.clearCookie(cookieName(config, kind), { path: '/', secure: config.secureCookies });
}

export function readCookie(
  config: Config,
  request: FastifyRequest,
  kind: 'session' | 'visitor',
): string | undefined {
  return request.cookies[cookieName(config, kind)];
}
