import { t } from '../platform/language/speaking.js';
import { Invalid } from '../platform/refusals.js';

/** Why a passkey is not taken: for the record, and as a sentence for the person. */
const reasons = {
  unreadable: {
    record: 'nothing readable was sent',
    sentence: () =>
      t`Your browser sent nothing that can be read as a passkey. Try again, or update your browser.`,
  },
  late: {
    record: 'no challenge waited, or it was too old',
    sentence: () =>
      t`This took longer than five minutes, or was sent twice. Press the button once more.`,
  },
  unknown: {
    record: 'not a passkey of this account',
    sentence: () =>
      t`This passkey is not one of your account, or it was removed. Use another one, or a code from your app.`,
  },
  unproved: {
    record: 'its answer does not hold',
    sentence: () =>
      t`This passkey was not accepted. Unlock it with its PIN, your fingerprint or your face, or use a code from your app.`,
  },
  counter: {
    record: 'its counter went back',
    sentence: () =>
      t`This passkey was refused because there may be a copy of it. Use a code from your app, and remove this passkey from your account.`,
  },
  unmade: {
    record: 'its answer does not hold',
    sentence: () =>
      t`This passkey was not accepted. It has to be protected by a PIN, your fingerprint or your face.`,
  },
  taken: {
    record: 'registered already',
    sentence: () => t`This passkey is registered already.`,
  },
} as const;

/** A refused passkey; `record` is for the audit. */
export class PasskeyRefused extends Invalid {
  readonly record: string;

  constructor(field: string, reason: keyof typeof reasons) {
    super({ [field]: reasons[reason].sentence });
    this.record = reasons[reason].record;
  }
}

/** The JSON form of a browser's answer (Web Authentication Level 3, section 5.1), members unjudged. */
interface Answer {
  id: string;
  response: object;
}

/**
 * Reads what a browser sent; whether it holds is judged later.
 * @throws PasskeyRefused for `field`
 */
export function readAnswer<T extends Answer>(text: string, field: string): T {
  try {
    const answer = JSON.parse(text) as Partial<Answer> | null;
    if (typeof answer?.id === 'string' && typeof answer.response === 'object' && answer.response) {
      return answer as T;
    }
  } catch {
    // Said below.
  }
  throw new PasskeyRefused(field, 'unreadable');
}
