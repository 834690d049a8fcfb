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
    return `A newer secret is in use. ${advice(row, {
      own: 'Delete this one when nothing needs it.',
      others: 'should delete this one',
    })}`;
  }
  if (state === 'expired') {
    return `It no longer works. ${advice(row, {
      own: 'Delete it when nothing uses it any more.',
      others: 'should delete it when nothing uses it any more',
    })}`;
  }
  if (state !== 'expiring') return undefined;
  const when =
    left === 0 ? 'Its last day is today.' : `Only ${left} ${left === 1 ? 'day' : 'days'} left.`;
  return `${when} ${advice(row, {
    own: `Create a new one${left === 0 ? ' now' : ''} and switch over.`,
    others: `should replace it${left === 0 ? ' now' : ''}`,
  })}`;
}

/** A program that asked for a secret and lost the answer has left one that nobody knows. */
export function lostText(row: ApplicationRow, secret: SecretRecord): string | undefined {
  if (secret.deletedAt || !neverRetrieved(secret)) return undefined;
  return `Its value was never retrieved, so nobody can use it. ${advice(row, {
    own: 'Delete it.',
    others: 'should delete it',
  })}`;
}

function advice(row: ApplicationRow, { own, others }: { own: string; others: string }): string {
  if (row.mayManage) return own;
  const who = whoActs(row);
  return who ? `${who} ${others}.` : 'Nobody can act: it has no active credential manager.';
}
