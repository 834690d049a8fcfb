import { t } from '../platform/language/speaking.js';
import type { State } from './state.js';

/** The state of a secret as a mark. */
export const secretStateTexts: Record<State, () => string> = {
  active: () => t`Active`,
  expiring: () => t`Ends soon`,
  superseded: () => t`Replaced`,
  off: () => t`Switched off`,
  expired: () => t`Expired`,
  deleted: () => t`Deleted`,
};
