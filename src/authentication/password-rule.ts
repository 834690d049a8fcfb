import { t } from '../platform/language/speaking.js';
const shortest = 12;
const longest = 128;

/** What a password must be, for the page (NIST SP 800-63B: length, no composition rules). */
export const passwordRules = (): string[] => [
  t`At least ${shortest} characters. A few unrelated words are easy to remember and hard to guess.`,
  t`Not your e-mail address, not the name of this service, not one that everybody uses.`,
];

/** The most common ones that are long enough, in small letters and without separators. */
const common = new Set(
  (
    'password1234 password12345 password123456 passw0rd1234 passwordpassword mypassword12 ' +
    '012345678901 123456789012 1234567890123 12345678901234 123456789012345 1234567890123456 ' +
    '12345678901234567890 12345678900987654321 098765432109 987654321098 ' +
    '0123456789ab 123456789abc 1234567890ab qwerty123456 123456qwerty qwertyqwerty ' +
    'qwertyuiop12 qwertyuiop123 qwertyuiopas qwertyuiopasdfghjkl ' +
    'asdfghjkl123 1q2w3e4r5t6y q1w2e3r4t5y6 1qaz2wsx3edc zaq12wsxcde3 1qazxsw23edc ' +
    'abcdefghijkl abcd12345678 abc123456789 a1b2c3d4e5f6 ' +
    'iloveyou1234 iloveyou12345 iloveyouforever administrator administrator1 admin1234567 ' +
    'letmeinletmein letmein12345 welcome12345 welcome123456 changemenow1 changeme1234 ' +
    'unbelievable trustno1trustno1 motdepasse12 motdepasse123 passwort1234 wachtwoord12 ' +
    'contrasena12 correcthorsebatterystaple'
  ).split(' '),
);

/** What people who guess do not look at: case and separators. */
function bare(text: string): string {
  return text.toLowerCase().replace(/[\s_.-]/g, '');
}

/**
 * Why a password cannot be taken, as a sentence; `undefined` for a good one. Characters are code
 * points. The name in the e-mail address counts from four characters on: a shorter one is in too many
 * good passwords.
 */
export function problemOfPassword(password: string, email: string): (() => string) | undefined {
  const length = [...password].length;
  if (length < shortest) return () => t`A password has at least ${shortest} characters.`;
  if (length > longest) return () => t`A password has at most ${longest} characters.`;
  const plain = bare(password);
  if (new Set(plain).size < 4) return () => t`This password repeats the same few characters.`;
  if (common.has(plain)) return () => t`Many people use this password. Choose another one.`;
  const own = bare(email.split(/[@+]/)[0] ?? '');
  if ((own.length >= 4 && plain.includes(own)) || plain.includes('keyturn')) {
    return () => t`Leave your e-mail address and the name of this service out of it.`;
  }
  return undefined;
}
