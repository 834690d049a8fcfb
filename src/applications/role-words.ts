import type { Role } from './role-assignment.entity.js';

/** A role within a sentence. */
export const roleTexts: Record<Role, string> = {
  credential_manager: 'credential manager',
  org_admin: 'org admin',
  it: 'IT',
};
