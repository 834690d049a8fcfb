import { plural, t } from '../platform/language/speaking.js';
import { neverRetrieved } from '../secrets/state.js';
import type { ApplicationRow, SecretRecord } from './credentials.query.js';
import type { SecretState } from './models.js';
import { whoActs } from './people.page.js';

/**
 * The sentence beside the warning mark of a secret (S11, M7): to those who can act what to do, to all
 * others who should do it (R14).
 * @param left days
 */
export function warningOf(
  row: ApplicationRow,
  state: SecretState['key'],
  left: number,
): string | undefined {
  if (state === 'superseded') {
    return [
      t`A newer secret is in use.`,
      advice(row, {
        own: () => t`Delete this one when nothing needs it.`,
        others: (who) => t`${who} should delete this one.`,
      }),
    ].join(' ');
  }
  if (state === 'expired') {
    return [
      t`It no longer works.`,
      advice(row, {
        own: () => t`Delete it when nothing uses it any more.`,
        others: (who) => t`${who} should delete it when nothing uses it any more.`,
      }),
    ].join(' ');
  }
  if (state !== 'expiring') return undefined;
  return left === 0
    ? [
        t`Its last day is today.`,
        advice(row, {
          own: () => t`Create a new one now and switch over.`,
          others: (who) => t`${who} should replace it now.`,
        }),
      ].join(' ')
    : [
        plural(left, t`Only ${left} day left.`, t`Only ${left} days left.`),
        advice(row, {
          own: () => t`Create a new one and switch over.`,
          others: (who) => t`${who} should replace it.`,
        }),
      ].join(' ');
}

/** A program that asked for a secret and lost the answer has left one that nobody knows. */
export function lostText(row: ApplicationRow, secret: SecretRecord): string | undefined {
  if (secret.deletedAt || !neverRetrieved(secret)) return undefined;
  return [
    t`Its value was never retrieved, so nobody can use it.`,
    advice(row, {
      own: () => t`Delete it.`,
      others: (who) => t`${who} should delete it.`,
    }),
  ].join(' ');
}

interface Advice {
  /** For those who can act. */
  own: () => string;
  others: (who: string) => string;
}

function advice(row: ApplicationRow, { own, others }: Advice): string {
  if (row.mayManage) return own();
  const who = whoActs(row);
  return who ? others(who) : t`Nobody can act: it has no active credential manager.`;
}
