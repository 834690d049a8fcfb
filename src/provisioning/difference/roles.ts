import { checkedTerms, type RoleTerms } from '../../applications/role-terms.js';
import { t } from '../../platform/language/speaking.js';
import type { Level } from '../../users/permissions.js';
import { Invalid } from '../../platform/refusals.js';
import type { Position } from '../rows.js';
import type { RoleState } from '../state.query.js';
import type { WantedRole } from '../wanted.js';
import { changesOf, lastDayOf } from './changes.js';
import type { Comparison } from './comparison.js';
import { applicationOf, personOf, staffAlone } from './references.js';

/** Compares roles. It knows those of the database by who has them, and on what. */
export function roleComparer(comparison: Comparison): (wanted: WantedRole) => void {
  const live = new Map(comparison.state.roles.map((role) => [roleKey(role), role]));
  return (wanted) => compareRole(comparison, wanted, live);
}

function compareRole(
  comparison: Comparison,
  wanted: WantedRole,
  roleOf: Map<string, RoleState>,
): void {
  const known = comparison.role(wanted.role);
  if (!known) {
    const shown = wanted.role.slice(0, 40);
    const problem = t`There is no role "${shown}", neither in this file nor in Keyturn.`;
    return comparison.complain(wanted.at, problem);
  }
  const { level } = known;
  if (level === 'platform' && !comparison.settings.staff)
    return comparison.complain(wanted.at, staffAlone());
  const person = personOf(comparison, wanted.user);
  const application = wanted.application && applicationOf(comparison, wanted.application);
  if (!person || (wanted.application && !application)) return;
  const { role, at, lastDay } = wanted;
  const misfit = misfitOf(wanted, level, person.organisationId, application?.organisationId);
  if (misfit) return comparison.complain(at, misfit);
  const label = roleLabel(wanted.user.text, role, application?.name);
  if (comparison.isTwice('role', label.toLowerCase(), at)) return;
  // An account or an application that is made by this file has no roles yet.
  const isNew = !person.id || (application && !application.state);
  const applicationId = application?.state?.id ?? null;
  const live = isNew ? undefined : roleOf.get(roleKey({ userId: person.id!, role, applicationId }));
  if (live) comparison.keptRoles.add(live.id);
  const over = lastDay !== null && lastDay < comparison.settings.today;
  if (!live && over) return comparison.enter('same', 'role', label, at);
  enterRole(comparison, { ...wanted, ...known }, live, label, application?.name);
}

/** Other terms are another role: the old one is withdrawn. */
function enterRole(
  comparison: Comparison,
  wanted: WantedRole & { level: Level; open: boolean },
  live: RoleState | undefined,
  label: string,
  application?: string,
): void {
  const { work } = comparison;
  const { at, role, level, open } = wanted;
  const terms = {
    confirmed_by: wanted.confirmedBy ?? live?.confirmedBy ?? null,
    confirmed_on: wanted.confirmedOn ?? live?.confirmedOn ?? null,
    last_day: wanted.lastDay,
  };
  const changes = live ? changesOf(termsOf(live), terms) : [];
  if (live && changes.length === 0) return comparison.enter('same', 'role', label, at);
  if (!open) {
    const problem = t`The role "${role}" is switched off or has ended, so it cannot be given.`;
    return comparison.complain(at, problem);
  }
  const wish = {
    role,
    confirmedBy: terms.confirmed_by ?? undefined,
    confirmedOn: terms.confirmed_on ?? undefined,
    lastDay: terms.last_day ?? undefined,
  };
  if (!termsHold(comparison, wish, level, at)) return;
  if (!comparison.settings.staff && isOfOperator(comparison, wanted, application))
    return comparison.complain(at, t`Roles in an operator organisation are given by people.`);
  if (live) work.withdrawnRoles.push(live.id);
  work.newRoles.push({ email: wanted.user.text, application, ...wish });
  if (live) comparison.enterExisting('role', label, at, changes);
  else comparison.enter('create', 'role', label, at, terms);
}

/** Whoever manages an application of IT can make it a secret: no program gives that power (ADR 11). */
function isOfOperator(
  { people, applications, places }: Comparison,
  { user }: WantedRole,
  application?: string,
): boolean {
  const id =
    applications.get(application?.toLowerCase() ?? '')?.organisationId ??
    people.get(user.text)?.organisationId;
  return [...places.values()].some((place) => place.operator && place.id === id);
}

function termsOf({ confirmedBy, confirmedOn, endsAt }: RoleState) {
  return { confirmed_by: confirmedBy, confirmed_on: confirmedOn, last_day: lastDayOf(endsAt) };
}

function termsHold(comparison: Comparison, wish: RoleTerms, level: Level, at: Position): boolean {
  try {
    checkedTerms(wish, comparison.settings.today, level);
    return true;
  } catch (error) {
    if (!(error instanceof Invalid)) throw error;
    for (const text of Object.values(error.fields)) comparison.complain(at, text);
    return false;
  }
}

function misfitOf(
  { role }: WantedRole,
  level: Level,
  organisationId: string | null,
  applicationOf: string | undefined,
): string | undefined {
  if (level === 'platform' && role !== 'it' && organisationId) {
    return t`This role is for operator staff. This person belongs to an organisation.`;
  }
  if (level === 'application' && applicationOf === undefined) {
    return t`For which application? Write its name into "application".`;
  }
  if (level !== 'application' && applicationOf !== undefined) {
    return t`Only a role in one application has an application.`;
  }
  if (role === 'it' && organisationId) {
    return t`IT is for operator staff. This person belongs to an organisation.`;
  }
  if (level === 'organisation' && !organisationId)
    return t`This person belongs to no organisation.`;
  return level === 'application' && organisationId !== applicationOf
    ? t`This person belongs to another organisation, so this role cannot be given.`
    : undefined;
}

function roleKey({
  userId,
  role,
  applicationId,
}: Pick<RoleState, 'userId' | 'role' | 'applicationId'>): string {
  return `${userId} ${role} ${applicationId ?? ''}`;
}

export function roleLabel(email: string, role: string, application?: string | null): string {
  return application ? `${email}: ${role} of ${application}` : `${email}: ${role}`;
}
