import { t } from '../platform/language/speaking.js';
import { isCommon } from './common-passwords.js';

const shortest = 12;
const longest = 128;
/** Of a password without its context words. */
const shortestRest = 6;

/** What a password must be, for the page (NIST SP 800-63B: length, no composition rules). */
export const passwordRules = (): string[] => [
  t`At least ${shortest} characters. A few unrelated words are easy to remember and hard to guess.`,
  t`Not your e-mail address, not the name of this service, not one that everybody uses.`,
];

/** Whose password it is: names of theirs are easy to guess. */
export interface Owner {
  email: string;
  name?: string;
  organisation?: string | null;
}

/** What people who guess do not look at: case and separators. */
function bare(text: string): string {
  return text.toLowerCase().replace(/[\s_.-]/g, '');
}

/**
 * Why a password cannot be taken, as a sentence; `undefined` for a good one. Characters are code
 * points. The name in the e-mail address counts from four characters on: a shorter one is in too many
 * good passwords.
 */
export function problemOfPassword(password: string, owner: Owner): (() => string) | undefined {
  const length = [...password].length;
  if (length < shortest) return () => t`A password has at least ${shortest} characters.`;
  if (length > longest) return () => t`A password has at most ${longest} characters.`;
  const plain = bare(password);
  if (new Set(plain).size < 4) return () => t`This password repeats the same few characters.`;
  if (isCommon(plain)) return () => t`Many people use this password. Choose another one.`;
  const own = bare(owner.email.split(/[@+]/)[0] ?? '');
  if ((own.length >= 4 && plain.includes(own)) || plain.includes('keyturn')) {
    return () => t`Leave your e-mail address and the name of this service out of it.`;
  }
  if (restOf(plain, owner).length < shortestRest) {
    return () =>
      t`This is little more than your name or that of your organisation. Add other words.`;
  }
  return undefined;
}

/** Letters and digits of a password without the names of its owner, and what people put beside them. */
function restOf(plain: string, { email, name = '', organisation }: Owner): string {
  const names = `${name} ${organisation ?? ''} ${email.replace(/\.[a-z]+$/i, '')}`
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word.length >= 3)
    .sort((a, b) => b.length - a.length);
  const rest = names.reduce((text, word) => text.replaceAll(word, ' '), plain);
  return rest === plain ? plain : rest.replace(/[^\p{L}]/gu, '');
}
