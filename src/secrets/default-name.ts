import { t } from '../platform/language/speaking.js';

/** Code points. */
const longest = 100;

/**
 * S2: the name a form begins with, `Secret by <name>` in the reader's language, cut to fit and numbered when it is taken.
 * @param taken names of the application's undeleted secrets; case does not count
 */
export function freeSecretName(userName: string, taken: readonly string[]): string {
  return free(t`Secret by ${userName}`, taken);
}

/**
 * S2: the name of a secret that was created without one, `Standard Key`, numbered when it is taken.
 * @param taken names of the application's undeleted secrets; case does not count
 */
export function freeStandardName(taken: readonly string[]): string {
  return free('Standard Key', taken);
}

function free(name: string, taken: readonly string[]): string {
  const used = new Set(taken.map((each) => each.toLowerCase()));
  for (let number = 1; ; number++) {
    const suffix = number === 1 ? '' : ` ${number}`;
    const candidate =
      [...name]
        .slice(0, longest - suffix.length)
        .join('')
        .trimEnd() + suffix;
    if (!used.has(candidate.toLowerCase())) return candidate;
  }
}
