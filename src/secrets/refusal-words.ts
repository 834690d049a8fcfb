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
  domain_unknown: () => t`The domain is not one of this application`,
  secret_not_linked: () => t`The secret is not linked to the domain`,
  domain_inactive: () => t`The domain is switched off`,
  login_not_allowed: () => t`The domain does not allow sign-in`,
  api_not_allowed: () => t`The domain does not allow calls of the API`,
  ip_not_allowed: () => t`The address is not among those of the domain’s servers`,
  https_required: () => t`A live domain needs https`,
  redirect_not_registered: () => t`The address to come back to is no active one of the domain`,
  token_invalid: () => t`The sign-in was not completed, is too old or was collected already`,
  user_unknown: () => t`No such user`,
  user_not_connected: () => t`The user is not connected with the application`,
  scope_missing: () => t`What was asked for is not granted, not agreed to or not verified`,
};
