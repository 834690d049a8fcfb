import type { FastifyRequest } from 'fastify';

/** An address with more signs is not led back to. */
export const longestNext = 2000;

/**
 * Where to go after sign-in: a path of this service, or `undefined` for anything else, so that a
 * link cannot send people elsewhere (R11).
 */
export function safeNext(next: unknown): string | undefined {
  if (typeof next !== 'string' || !/^\/[\x21-\x7e]*$/.test(next) || next.length > longestNext)
    return;
  if (next.includes('\\') || next.startsWith('//')) return;
  const base = 'http://keyturn.invalid';
  if (!URL.canParse(next, base)) return;
  const { origin, pathname, search } = new URL(next, base);
  return origin === base && !pathname.startsWith('//') ? pathname + search : undefined;
}

/** The page on which a form was filled in, as far as the browser says so. */
export function formPage(request: FastifyRequest): string | undefined {
  const { referer } = request.headers;
  if (!referer || !URL.canParse(referer)) return undefined;
  const { host, pathname, search } = new URL(referer);
  return host === request.headers.host ? safeNext(pathname + search) : undefined;
}
