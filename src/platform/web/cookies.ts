import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';

export type CookieKind = 'session' | 'visitor' | 'device' | 'language';

/** In seconds; a kind without a life ends with the browser. */
const lives: Partial<Record<CookieKind, number>> = { device: 180 * 86_400, language: 365 * 86_400 };

/** The names of our cookies; `__Host-` binds them to this host, https and the path `/`. */
export const cookieName = (config: Config, kind: CookieKind): string =>
  `${config.secureCookies ? '__Host-' : ''}keyturn-${kind}`;

/** A cookie that scripts cannot read; it ends with the browser (R10), but for the mark of a known one and for its language. */
export function setCookie(
  config: Config,
  reply: FastifyReply,
  kind: CookieKind,
  value: string,
): void {
  void reply.setCookie(cookieName(config, kind), value, {
    path: '/',
    httpOnly: true,
    secure: config.secureCookies,
    sameSite: 'lax',
    ...(lives[kind] && { maxAge: lives[kind] }),
  });
}

export function clearCookie(config: Config, reply: FastifyReply, kind: CookieKind): void {
  void reply.clearCookie(cookieName(config, kind), { path: '/', secure: config.secureCookies });
}

export function readCookie(
  config: Config,
  request: FastifyRequest,
  kind: CookieKind,
): string | undefined {
  return request.cookies[cookieName(config, kind)];
}
