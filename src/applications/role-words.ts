import { t } from '../platform/language/speaking.js';
import type { Role } from './role-assignment.entity.js';

/** A role within a sentence. */
export const roleTexts: Record<Role, () => string> = {
  credential_manager: () => t`credential manager`,
  org_admin: () => t`org admin`,
  it: () => t`IT`,
};
