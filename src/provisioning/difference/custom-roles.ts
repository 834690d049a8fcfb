import { t } from '../../platform/language/speaking.js';
import type { CustomRoleState } from '../state.query.js';
import type { WantedCustomRole } from '../wanted.js';
import { changesOf, lastDayOf } from './changes.js';
import type { Comparison } from './comparison.js';
import { staffAlone } from './references.js';

/** Compares the roles that IT makes. They belong to no organisation, and no file removes one. */
export function compareCustomRole(comparison: Comparison, wanted: WantedCustomRole): void {
  const { at, key, level, active, values } = wanted;
  const { customRoles, settings, state, work } = comparison;
  if (comparison.isTwice('custom_role', key, at)) return;
  if (level === 'platform' && !settings.staff) return comparison.complain(at, staffAlone());
  const existing = state.customRoles.get(key);
  const over = existing?.over ?? (values.lastDay !== '' && values.lastDay < settings.today);
  customRoles.set(key, { level, open: active && !over });
  const after = rowOf(wanted);
  if (!existing) {
    if (over) return comparison.enter('same', 'custom_role', key, at);
    work.newCustomRoles.push({ key, level, active, ...values });
    return comparison.enter('create', 'custom_role', key, at, after);
  }
  if (existing.level !== level)
    return comparison.complain(at, t`A role keeps its level: ${existing.level}.`);
  const changes = changesOf(rowOfState(existing), after);
  const problem = changes.length > 0 && problemOf(existing, settings.staff);
  if (problem) return comparison.complain(at, problem);
  if (comparison.enterExisting('custom_role', key, at, changes)) {
    work.changedCustomRoles.push({ key, active, values });
  }
}

function problemOf({ over, ofOperator }: CustomRoleState, staff: boolean): string | undefined {
  if (over) return t`This role has ended. Make a new one.`;
  return ofOperator && !staff
    ? t`What people of an operator organisation can do is decided by people.`
    : undefined;
}

function rowOf({ level, active, values }: WantedCustomRole) {
  return {
    name: values.name,
    level,
    permissions: values.permissions.join(' '),
    description: values.description,
    group: values.group,
    state: active ? 'active' : 'off',
    last_day: values.lastDay,
  };
}

function rowOfState({ endsAt, active, permissions, ...rest }: CustomRoleState) {
  return {
    ...rest,
    permissions: permissions.join(' '),
    state: active ? 'active' : 'off',
    last_day: lastDayOf(endsAt),
  };
}
