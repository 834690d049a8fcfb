import { t } from '../platform/language/speaking.js';
import { dayText } from '../platform/words.js';
import type { UtcDay } from '../platform/utc-day.js';

/** Why we sent nothing, as it is kept beside a mail or a reminder. */
const reasons = (): Record<string, string> => ({
  'deleted, switched off, or its application is disabled': t`not sent: deleted, switched off, or its application is disabled`,
  'the role has ended': t`not sent: the role has ended`,
  'a nearer one took its place': t`not sent: a nearer one took its place`,
  'a newer secret is in use': t`not sent: a newer secret is in use`,
  'not theirs any more, they say': t`not sent: not theirs any more, they say`,
  'the run ended': t`not sent: the run ended`,
  'not one e-mail address': t`not sent: not one e-mail address`,
  'it could not be prepared': t`not sent: it could not be prepared`,
});

/** Of what is said about a secret, with a name in it that may hold anything. */
const taken = /^(.+) is on it until (\d{4}-\d\d-\d\d)$/s;
const replaced = /^replaced already, says (.+)$/s;

/** What is kept as the answer to a mail: our own reason in the reader's language, a server's words as they came. */
export function answerText(kept: string): string {
  const reason = /^not sent: (.+)$/s.exec(kept)?.[1];
  if (reason === undefined) return kept;
  const [, who, until] = taken.exec(reason) ?? [];
  if (who && until) return t`not sent: ${who} is on it until ${dayText(until as UtcDay)}`;
  const says = replaced.exec(reason)?.[1];
  if (says) return t`not sent: replaced already, says ${says}`;
  return reasons()[reason] ?? kept;
}
