import type { State } from './state.js';

/** The state of a secret as a mark. */
export const secretStateTexts: Record<State, string> = {
  active: 'Active',
  expiring: 'Ends soon',
  superseded: 'Replaced',
  off: 'Switched off',
  expired: 'Expired',
  deleted: 'Deleted',
};
