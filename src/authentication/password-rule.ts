const shortest = 12;
const longest = 128;

/** What a password must be, for the page (NIST SP 800-63B: length, no composition rules). */
export const passwordRules = [
  `At least ${shortest} characters. A few unrelated words are easy to remember and hard to guess.`,
  'Not your e-mail address, not the name of this service, not one that everybody uses.',
];

const common = [
  'password1234',
  'passwordpassword',
  '123456789012',
  '1234567890123',
  'qwertyuiop12',
  'qwertyuiopas',
  'iloveyou1234',
  'administrator',
  'letmeinletmein',
  'welcome12345',
  'abcdefghijkl',
  'abcd12345678',
  'changemenow1',
  'correcthorsebatterystaple',
];

/** Why a password cannot be taken, as a sentence; `undefined` for a good one. */
export function problemOfPassword(password: string, email: string): string | undefined {
  const length = [...password].length;
  if (length < shortest) return `A password has at least ${shortest} characters.`;
  if (length > longest) return `A password has at most ${longest} characters.`;
  const plain = password.toLowerCase().replace(/[\s_.-]/g, '');
  if (new Set(plain).size < 4) return 'This password repeats the same few characters.';
  if (common.includes(plain)) return 'Many people use this password. Choose another one.';
  const own = email.toLowerCase().split('@')[0] ?? '';
  if ((own.length >= 4 && plain.includes(own)) || plain.includes('keyturn')) {
    return 'Leave your e-mail address and the name of this service out of it.';
  }
  return undefined;
}
