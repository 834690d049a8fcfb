import type { RefusalReason } from './secret-use.entity.js';

/** Why a call was refused, for those who may know it (T4). */
export const refusalReasons: Record<RefusalReason, string> = {
  wrong_secret: 'The secret is not one of this application, or was typed wrong',
  deleted: 'The secret is deleted',
  expired: 'The secret has expired',
  off: 'The secret is switched off',
  application_disabled: 'The application is disabled',
  application_deleted: 'The application is deleted',
};
