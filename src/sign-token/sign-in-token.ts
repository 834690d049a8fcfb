import { randomBytes } from 'node:crypto';

/** 256 random bits: what is kept is a digest, and nobody guesses one in its minutes. */
export function newToken(): string {
  return randomBytes(32).toString('base64url');
}

export function isToken(text: unknown): text is string {
  return typeof text === 'string' && /^[\w-]{43}$/.test(text);
}

/** An address with the token added to its query; what stands in it stays as it is. */
export function withToken(url: string, token: string): string {
  return withParameters(url, { token });
}

/** The same with any parameters; those without a value are left out. */
export function withParameters(url: string, values: Record<string, string | null>): string {
  const given = Object.entries(values).filter((each): each is [string, string] => each[1] !== null);
  const between = !url.includes('?') ? '?' : /[?&]$/.test(url) ? '' : '&';
  return `${url}${between}${new URLSearchParams(given).toString()}`;
}
