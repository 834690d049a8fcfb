import { randomInt } from 'node:crypto';

/** Without 0, 1, i, l and o, which people confuse: 31 characters, almost 5 bits each. */
const alphabet = '23456789abcdefghjkmnpqrstuvwxyz';
const groups = 6;
const groupLength = 4;

/**
 * R1: ten codes of 24 random characters in groups for reading: `k7qf-2m9x-w4hd-zr3c-8tnb-v5ye`. 118 bits
 * each, so that their digest needs no slow hash (ASVS 6.5.2). Earlier ones had four groups, and work.
 */
export function newRecoveryCodes(): string[] {
  return Array.from({ length: 10 }, () =>
    Array.from({ length: groups }, () =>
      Array.from({ length: groupLength }, () => alphabet[randomInt(alphabet.length)]).join(''),
    ).join('-'),
  );
}

/** A code as it is hashed: without case, spaces, dashes and what else people add when they type it. */
export function normaliseRecoveryCode(text: string): string {
  return text.toLowerCase().replace(/[^0-9a-z]/g, '');
}
