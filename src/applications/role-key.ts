import { NotFound } from '../platform/refusals.js';

/** How programs and files name a role. */
export function isRoleKey(text: string): boolean {
  return /^[a-z][a-z0-9_]{1,39}$/.test(text);
}

/** A key from an address. @throws NotFound for anything that cannot be one */
export function roleKeyOf(text: string): string {
  if (!isRoleKey(text)) throw new NotFound('not a key of a role');
  return text;
}
