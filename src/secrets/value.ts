import { randomBytes } from 'node:crypto';
import { crc32 } from 'node:zlib';

/** Base 62: no character needs quoting in a shell, `.env`, YAML or URL. */
export const alphabet = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';

/** Where scanners recognise a value of ours; the 1 is the number of the form. */
export const mark = '_kt1_';

/** The form of a whole value; the checksum is not looked at. */
export const valueForm = /^[0-9A-Za-z]{3}_kt1_[0-9A-Za-z]{43}$/;

export type RandomBytes = (length: number) => Uint8Array;

/**
 * A new secret value (S6): 3 random characters (the hint), `_kt1_`, 37 random characters, and 6
 * characters of CRC-32 over all before them; base 62 throughout.
 * @param random a source of random bytes; another one than the system's is for tests
 */
export function newValue(random: RandomBytes = randomBytes): string {
  const body = randomText(3, random) + mark + randomText(37, random);
  return body + checksum(body);
}

/** What stays readable of a value. */
export function hintOf(value: string): string {
  return value.slice(0, 3);
}

/** True for the form and the checksum of a value of ours; says nothing about whether it works. */
export function hasValidForm(text: string): boolean {
  return valueForm.test(text) && checksum(text.slice(0, -6)) === text.slice(-6);
}

/** `broken` looks like a value of ours that was cut, quoted or mistyped. */
export type Inspection = 'well_formed' | 'client_id' | 'broken' | 'unknown';

const clientId = /^["'`\s]*[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}["'`\s]*$/i;

/** The mark, also when one of its characters is wrong. */
const traces = /_kt1|kt1_|^[0-9A-Za-z]{3}_..._[0-9A-Za-z]{43}$/i;

/** What a pasted text looks like, without asking the database (S6, S14). */
export function inspectValue(text: string): Inspection {
  if (hasValidForm(text)) return 'well_formed';
  if (clientId.test(text)) return 'client_id';
  return traces.test(text) ? 'broken' : 'unknown';
}

/** Bytes of 248 (4 × 62) and above are thrown away, so that every character is equally likely. */
function randomText(length: number, random: RandomBytes): string {
  let text = '';
  while (text.length < length) {
    for (const byte of random(length)) {
      if (byte < 248 && text.length < length) text += alphabet[byte % 62];
    }
  }
  return text;
}

/** CRC-32 as six digits of base 62, the greatest first, with leading zeros. */
function checksum(text: string): string {
  let rest = crc32(text);
  let digits = '';
  for (let place = 0; place < 6; place++) {
    digits = alphabet[rest % 62] + digits;
    rest = Math.floor(rest / 62);
  }
  return digits;
}
