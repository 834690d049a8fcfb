import { t, type Words } from '../platform/language/speaking.js';
import { cleanName, problemOfLine, problemOfName } from '../platform/plain-text.js';
import { refuse } from '../platform/refusals.js';
import { addDays, parseUtcDay, startOf, type UtcDay } from '../platform/utc-day.js';
import {
  type Level,
  levels,
  type Permission,
  permissions,
  permissionsOf,
} from '../users/permissions.js';
import { problemOfLastDay } from './role-terms.js';
import { isRoleKey } from './role-key.js';
import { isBuiltIn } from './role-words.js';

/** What can be changed of a role that IT made. */
export interface RoleValues {
  name: string;
  description: string;
  /** Under which heading lists show it; empty for none. */
  group: string;
  permissions: readonly string[];
  /** YYYY-MM-DD, or empty for no end. */
  lastDay: string;
}

export interface NewRole extends RoleValues {
  key: string;
  level: string;
}

/** @throws Invalid with all problems at once */
export function checkedNewRole({ key, level, ...values }: NewRole, today: UtcDay) {
  const known = levels.find((each) => each === level);
  refuse({
    key: problemOfKey(key),
    level: known ? undefined : () => t`Choose where it holds.`,
    ...problemsOf(values, known ?? 'organisation', today),
  });
  return { key, level: known!, ...cleaned(values, known!) };
}

/** @throws Invalid with all problems at once */
export function checkedRole(values: RoleValues, level: Level, today: UtcDay) {
  refuse(problemsOf(values, level, today));
  return cleaned(values, level);
}

/**
 * Nobody manages what they do not see, and a history without its application leads nowhere: seeing it
 * comes with them.
 */
export function completed(chosen: readonly string[], level: Level): Permission[] {
  const seeing: readonly string[] =
    level === 'platform' ? ['domains.manage'] : ['secrets.manage', 'audit.see', 'domains.manage'];
  const wanted = chosen.some((each) => seeing.includes(each))
    ? [...chosen, 'applications.see']
    : chosen;
  return permissions.filter((each) => wanted.includes(each));
}

function problemsOf(
  { name, description, group, permissions: chosen, lastDay }: RoleValues,
  level: Level,
  today: UtcDay,
) {
  return {
    name: problemOfName(name, 60),
    description: description.trim() === '' ? undefined : problemOfLine(description, 300),
    group: group.trim() === '' ? undefined : problemOfName(group, 60),
    permissions: problemOfPermissions(chosen, level),
    lastDay: problemOfLastDay(lastDay ? parseUtcDay(lastDay) : null, today),
  };
}

function problemOfKey(key: string): Words | undefined {
  if (isBuiltIn(key)) return () => t`This is the key of a built-in role.`;
  return isRoleKey(key)
    ? undefined
    : () => t`2 to 40 small letters, digits and underscores, a letter first, such as auditor.`;
}

function problemOfPermissions(chosen: readonly string[], level: Level): Words | undefined {
  if (chosen.length === 0) return () => t`Choose at least one thing that it opens.`;
  const possible: readonly string[] = permissionsOf[level];
  const wrong = chosen.find((each) => !possible.includes(each));
  return wrong === undefined
    ? undefined
    : () => t`A role at this place cannot open “${wrong}”. There are ${possible.join(', ')}.`;
}

function cleaned(
  { name, description, group, permissions: chosen, lastDay }: RoleValues,
  level: Level,
) {
  const last = lastDay ? parseUtcDay(lastDay) : null;
  return {
    name: cleanName(name),
    description: cleanName(description),
    groupName: cleanName(group),
    permissions: completed(chosen, level),
    endsAt: last ? startOf(addDays(last, 1)) : null,
  };
}
