import { t } from '../platform/language/speaking.js';
import type { ReminderState } from './reminder.entity.js';

/** The state of a ledger row (M8) as the pages say it. */
export function outcomeText(state: ReminderState): string {
  const texts: Record<ReminderState, string> = {
    due: t`Waiting`,
    sent: t`Sent`,
    failed: t`Failed`,
    no_recipient: t`Nobody to mail`,
    superseded: t`Not needed`,
  };
  return texts[state];
}
