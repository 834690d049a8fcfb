import type { RefusalReason } from './secret-use.entity.js';

/** The true reason of a refused call, as its owner reads it (T4). */
export const refusalReasons: Record<RefusalReason, string> = {
  wrong_secret: 'The secret does not belong to this client ID, or was typed wrong',
  deleted: 'The secret is deleted',
  expired: 'The secret has expired',
  off: 'The secret is switched off',
  application_disabled: 'The application is disabled',
  application_deleted: 'The application is deleted',
};
