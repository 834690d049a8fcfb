import { t } from '../platform/language/speaking.js';
import type { RefusalReason } from './secret-use.entity.js';

/** The true reason of a refused call, as its owner reads it (T4). */
export const refusalReasons: Record<RefusalReason, () => string> = {
  wrong_secret: () => t`The secret does not belong to this client ID, or was typed wrong`,
  deleted: () => t`The secret is deleted`,
  expired: () => t`The secret has expired`,
  off: () => t`The secret is switched off`,
  application_disabled: () => t`The application is disabled`,
  application_deleted: () => t`The application is deleted`,
};
