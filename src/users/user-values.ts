import { isEmail } from 'class-validator';
import { cleanName, problemOfName } from '../platform/plain-text.js';
import { Invalid } from '../platform/refusals.js';

/** @throws Invalid with all problems at once */
export function checkedUser({ email, name }: { email: string; name: string }) {
  const fields: Record<string, string> = {};
  const address = email.trim().toLowerCase();
  // Quoted local parts (RFC 5321 section 4.1.2) may hold blanks and a second @; nobody has one.
  if (!isEmail(address, { allow_utf8_local_part: false }) || address.includes('"')) {
    fields.email = 'Type one e-mail address, such as anna@example.org.';
  }
  const nameProblem = problemOfName(name);
  if (nameProblem) fields.name = nameProblem;
  if (Object.keys(fields).length > 0) throw new Invalid(fields);
  return { email: address, name: cleanName(name) };
}
