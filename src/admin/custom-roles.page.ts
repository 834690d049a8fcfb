import { permissionLabel, permissionText, levelText } from '../applications/permission-words.js';
import { roleTitle } from '../applications/role-words.js';
import { plural, t } from '../platform/language/speaking.js';
import { fieldsOf } from '../platform/web/form.js';
import { utcDay } from '../platform/utc-day.js';
import { Invalid } from '../platform/refusals.js';
import { dayMoment } from '../platform/words.js';
import { lastDay } from '../secrets/expiry.js';
import { levels, permissions, type Permission, permissionsOf } from '../users/permissions.js';
import type { CustomRoleRow } from './custom-roles.query.js';
import { CustomRoleForm } from './forms.js';
import { roleHref } from './hrefs.js';
import type { CustomRoleLine, CustomRolePage, CustomRolesPage, State } from './models.js';

export function customRolesPage(rows: CustomRoleRow[], now: Date): CustomRolesPage {
  const names = [...new Set(rows.map(({ group }) => group))].sort();
  return {
    groups: names.map((name) => ({
      name: name || undefined,
      roles: rows.filter(({ group }) => group === name).map((row) => roleLine(row, now)),
    })),
  };
}

function roleLine(row: CustomRoleRow, now: Date): CustomRoleLine {
  return {
    title: { label: roleTitle(row.key, row.name), href: roleHref(row.key) },
    key: row.key,
    description: (row.builtIn ? builtInText(row.key) : row.description) || undefined,
    place: levelText(row.level),
    opens: row.permissions.map(permissionLabel),
    state: stateOf(row, now),
    lastDay: row.endsAt ? dayMoment(lastDay(row.endsAt)) : undefined,
    holders: holdersOf(row),
  };
}

function builtInText(key: string): string {
  if (key === 'it') return t`Operator staff: sets up organisations, applications, users and roles.`;
  return key === 'org_admin'
    ? t`Sees the whole organisation, gets its mails and asks for roles.`
    : t`Manages the secrets of one application.`;
}

function stateOf({ active, builtIn, endsAt }: CustomRoleRow, now: Date): State {
  if (builtIn) return { key: 'active', text: t`Built in` };
  if (endsAt && endsAt <= now) return { key: 'closed', text: t`Ended` };
  return active ? { key: 'active', text: t`Active` } : { key: 'disabled', text: t`Switched off` };
}

function holdersOf({ key, holders }: CustomRoleRow) {
  return {
    count: plural(holders, t`${holders} person`, t`${holders} people`),
    href: `/admin/users?role=${key}`,
  };
}

/** What was typed, and what was wrong with it. */
export interface TypedRole {
  form: CustomRoleForm;
  chosen: readonly string[];
  error?: unknown;
}

/** The form of a new role, or of one that exists. */
export function customRolePage(
  row: CustomRoleRow | undefined,
  groups: string[],
  now: Date,
  typed: TypedRole | undefined,
): CustomRolePage {
  const chosen = typed?.chosen ?? row?.permissions ?? [];
  const error = typed?.error;
  const over = row && (row.builtIn || (row.endsAt !== null && row.endsAt <= now));
  return {
    existing: row && existingOf(row, now),
    ...fieldsOf(typed?.form ?? formOf(row), error),
    levels: levels.map((value) => ({ value, label: levelText(value) })),
    groups,
    permissions: choicesOf(row, chosen),
    permissionsError: error instanceof Invalid ? error.fields.permissions : undefined,
    today: utcDay(now),
    action: over ? undefined : row ? roleHref(row.key) : '/admin/roles',
  };
}

/** A new role's place is not known yet: each choice says where it can be opened. */
function choicesOf(row: CustomRoleRow | undefined, chosen: readonly string[]) {
  const possible: readonly Permission[] = row
    ? row.builtIn
      ? row.permissions
      : permissionsOf[row.level]
    : permissions.filter((each) => each !== 'platform.administer');
  return possible.map((name) => ({
    name,
    label: permissionLabel(name),
    text: row ? permissionText(name, row.level) : newText(name),
    checked: chosen.includes(name),
  }));
}

function newText(name: Permission): string {
  const text = permissionText(name, 'application');
  if (name === 'secrets.manage') return t`${text} Not for the whole service.`;
  if (name === 'role_requests.file') return t`${text} For the whole organisation alone.`;
  return name === 'support.see' ? t`${text} For the whole service alone.` : text;
}

function formOf(row: CustomRoleRow | undefined): CustomRoleForm {
  const form = new CustomRoleForm();
  if (!row) return form;
  const { key, name, level, description, group, endsAt } = row;
  return Object.assign(form, {
    ...{ key, name, level, description, group },
    lastDay: endsAt ? lastDay(endsAt) : '',
  });
}

function existingOf(row: CustomRoleRow, now: Date): CustomRolePage['existing'] {
  const href = roleHref(row.key);
  const over = row.builtIn || (row.endsAt !== null && row.endsAt <= now);
  const turn = row.active
    ? {
        label: t`Switch off`,
        text: t`It opens nothing until it is switched on again. Everybody keeps it.`,
        href: `${href}/off`,
        danger: false,
      }
    : {
        label: t`Switch on`,
        text: t`It opens again what it opened, for everybody who has it.`,
        href: `${href}/on`,
        danger: false,
      };
  const end = {
    label: t`End`,
    text: t`For good: it opens nothing any more and cannot be given. It stays in the list.`,
    href: `${href}/end`,
    danger: true,
  };
  return {
    name: roleTitle(row.key, row.name),
    key: row.key,
    place: levelText(row.level),
    state: stateOf(row, now),
    builtIn: row.builtIn,
    holders: holdersOf(row),
    turns: over ? [] : [turn, end],
  };
}
