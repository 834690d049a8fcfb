import type { Comparison } from './comparison.js';
import { isPruned } from './references.js';
import { roleLabel } from './roles.js';

/** What the organisations of the file have besides. Organisations and operator staff stay. */
export function enterRemovals(comparison: Comparison): void {
  const gone = new Set([...removeApplications(comparison), ...removeUsers(comparison)]);
  removeRoles(comparison, gone);
}

function removeApplications(comparison: Comparison): string[] {
  const removed = [...comparison.state.applications.values()].filter((each) =>
    isPruned(comparison, each),
  );
  for (const { name } of removed) comparison.enter('remove', 'application', name);
  const ids = removed.map(({ id }) => id);
  comparison.work.deletedApplications.push(...ids);
  return ids;
}

function removeUsers(comparison: Comparison): string[] {
  const { state, settings, people, work } = comparison;
  if (!settings.kinds.has('user')) return [];
  const removed = [...state.users.values()].filter(
    ({ email, closed, organisationId }) =>
      !closed && comparison.isDescribed(organisationId) && !people.has(email),
  );
  for (const { email } of removed) comparison.enter('remove', 'user', email);
  const ids = removed.map(({ id }) => id);
  work.closedUsers.push(...ids);
  return ids;
}

/** @param gone what takes its roles with it, so that they need no line of their own */
function removeRoles(comparison: Comparison, gone: Set<string>): void {
  const { state, settings, keptRoles, work } = comparison;
  if (!settings.kinds.has('role')) return;
  const people = new Map([...state.users.values()].map((each) => [each.id, each]));
  for (const { id, userId, role, applicationId, application } of state.roles) {
    const { email, organisationId } = people.get(userId)!;
    if (keptRoles.has(id) || !comparison.isDescribed(organisationId)) continue;
    if (gone.has(userId) || gone.has(applicationId ?? '')) continue;
    comparison.enter('remove', 'role', roleLabel(email, role, application));
    work.withdrawnRoles.push(id);
  }
}
