import type { ReminderState } from './reminder.entity.js';

/** The state of a ledger row (M8) as the pages say it. */
export const outcomes: Record<ReminderState, string> = {
  due: 'Waiting',
  sent: 'Sent',
  failed: 'Failed',
  no_recipient: 'Nobody to mail',
  superseded: 'Not needed',
};
