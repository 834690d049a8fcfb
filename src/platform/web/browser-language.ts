import type { FastifyRequest } from 'fastify';
import type { Config } from '../config/config.js';
import { acceptedLanguage, isLanguage, type Language } from '../language/languages.js';
import { readCookie } from './cookies.js';

/** What a browser says about the language that its reader wants. */
export interface BrowserLanguage {
  /** By hand, before the sign-in. */
  chosen: Language | undefined;
  accepted: Language;
}

export function browserLanguage(config: Config, request: FastifyRequest): BrowserLanguage {
  const cookie = readCookie(config, request, 'language');
  return {
    chosen: isLanguage(cookie) ? cookie : undefined,
    accepted: acceptedLanguage(request.headers['accept-language']),
  };
}
