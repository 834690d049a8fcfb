import { t, type Words } from '../platform/language/speaking.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { refuse } from '../platform/refusals.js';
import { isApiCode } from './api-code.js';
import type { Environment, TokenFormat } from './application.entity.js';

export interface ApiValues {
  code: string;
  name: string;
}

export interface ResourceValues {
  apiCode: string;
  name: string;
  environment: string;
  audience: string;
  scope: string;
}

export interface TokenWish {
  /** How long its tokens live, 1 to 60; as typed. */
  minutes: string;
  format: string;
}

/** @throws Invalid with all problems at once */
export function checkedApi({ code, name }: ApiValues): ApiValues {
  refuse({
    code: isApiCode(code)
      ? undefined
      : () => t`A code has 2 to 10 capitals and digits and begins with a capital, such as DM.`,
    name: problemOfName(name),
  });
  return { code, name: cleanName(name) };
}

/** @throws Invalid */
export function checkedName(name: string): string {
  refuse({ name: problemOfName(name) });
  return cleanName(name);
}

/**
 * Whether there is such an API is for the database to say.
 * @param isOwn whether an address is the service's own
 * @throws Invalid with all problems at once
 */
export function checkedResource(
  { apiCode, name, environment, audience, scope }: ResourceValues,
  isOwn: (origin: string) => boolean,
) {
  refuse({
    apiCode: isApiCode(apiCode) ? undefined : () => t`Choose an API from the list.`,
    name: problemOfName(name),
    environment: isEnvironment(environment) ? undefined : () => t`Choose production or sandbox.`,
    audience: problemOfAudience(audience, isOwn),
    scope: /^[a-z0-9][a-z0-9._-]{0,99}$/.test(scope)
      ? undefined
      : () =>
          t`A scope has up to 100 small letters, digits, hyphens, dots and underscores and begins with a letter or digit.`,
  });
  const known = environment as Environment;
  return { apiCode, name: cleanName(name), environment: known, audience, scope };
}

/** How long tokens live, and in which form (T3). @throws Invalid */
export function checkedTokens({ minutes, format }: TokenWish): {
  minutes: number;
  format: TokenFormat;
} {
  const whole = /^\s*(\d{1,2})\s*$/.exec(minutes)?.[1];
  const number = Number(whole ?? 0);
  const isLife = number >= 1 && number <= 60;
  const isForm = format === 'jwt' || format === 'opaque';
  refuse({
    minutes: isLife ? undefined : () => t`Type a whole number of minutes from 1 to 60.`,
    format: isForm ? undefined : () => t`Choose one of the two forms.`,
  });
  return { minutes: number, format: format as TokenFormat };
}

/**
 * Tokens name it letter by letter (RFC 8707 section 2), so a URI is taken only in the one way in
 * which programs write it themselves.
 */
function problemOfAudience(text: string, isOwn: (origin: string) => boolean): Words | undefined {
  if (text === '') return () => t`Type the audience: the URI that tokens for this resource name.`;
  if (text.length > 200) return () => t`An audience has 200 characters at most.`;
  if (text.includes('#')) return () => t`An audience has no part after a #.`;
  const absolute = /^[A-Za-z][A-Za-z0-9+.-]+:[\w\-.~:/?[\]@!$&'()*+,;=%]+$/;
  if (!absolute.test(text) || !URL.canParse(text)) {
    return () => t`An audience is a whole URI, such as https://donors.api.example.org.`;
  }
  const url = new URL(text);
  if (url.username || url.password) return () => t`An audience names no user and no password.`;
  const { href } = url;
  const written = href.endsWith('/') && !text.endsWith('/') ? href.slice(0, -1) : href;
  if (written !== text) return () => t`Write the audience as ${written}`;
  if (isOwn(url.origin)) return () => t`This address is Keyturn’s own. Type that of the API.`;
  return undefined;
}

function isEnvironment(text: string): text is Environment {
  return text === 'production' || text === 'sandbox';
}
