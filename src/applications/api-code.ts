import { NotFound } from '../platform/refusals.js';

/** A5: it goes into the names of applications. */
export function isApiCode(text: string): boolean {
  return /^[A-Z][A-Z0-9]{1,9}$/.test(text);
}

/** A code from an address. @throws NotFound for anything that cannot be one */
export function apiCodeOf(text: string): string {
  if (!isApiCode(text)) throw new NotFound('not a code of an API');
  return text;
}
