import { isEmail } from 'class-validator';
import { t } from '../platform/language/speaking.js';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { refuse } from '../platform/refusals.js';

/** @throws Invalid with all problems at once */
export function checkedUser({ email, name }: { email: string; name: string }) {
  const address = email.trim().toLowerCase();
  // Quoted local parts (RFC 5321 section 4.1.2) may hold blanks and a second @; nobody has one.
  const isOne = isEmail(address, { allow_utf8_local_part: false }) && !address.includes('"');
  refuse({
    email: isOne ? undefined : () => t`Type one e-mail address, such as anna@example.org.`,
    name: problemOfName(name),
  });
  return { email: address, name: cleanName(name) };
}
