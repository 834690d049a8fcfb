import { t } from '../platform/language/speaking.js';
import type { BuiltInRole } from './role-assignment.entity.js';

/** A built-in role within a sentence. */
export const roleTexts: Record<BuiltInRole, () => string> = {
  credential_manager: () => t`credential manager`,
  org_admin: () => t`org admin`,
  it: () => t`IT`,
};

/** A built-in role as a title; every other has the name that IT gave it. */
export const roleTitles: Record<BuiltInRole, () => string> = {
  credential_manager: () => t`Credential manager`,
  org_admin: () => t`Org admin`,
  it: () => t`IT`,
};

export function isBuiltIn(key: string): key is BuiltInRole {
  return Object.hasOwn(roleTexts, key);
}

/** @param name of a role that IT made */
export function roleText(key: string, name?: string | null): string {
  return isBuiltIn(key) ? roleTexts[key]() : (name ?? key);
}

/** The same as a title. */
export function roleTitle(key: string, name?: string | null): string {
  return isBuiltIn(key) ? roleTitles[key]() : (name ?? key);
}
