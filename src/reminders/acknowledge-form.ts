import { addDays, utcDay } from '../platform/utc-day.js';
import { lastDay } from '../secrets/expiry.js';
import type { Acknowledgement } from './acknowledgement.js';

/** What somebody fills in to say who is on it. */
export class AcknowledgeForm {
  kind = '';
  until = '';
}

/** The form to begin with: what this person said, and a week from now where that is before the last day. */
export function acknowledgeForm(
  said: Acknowledgement | undefined,
  expiresAt: Date,
  now: Date,
): AcknowledgeForm {
  const last = lastDay(expiresAt);
  const inAWeek = addDays(utcDay(now), 7);
  return {
    kind: said?.kind ?? '',
    until: said?.until ?? (inAWeek < last ? inAWeek : last),
  };
}
