import { plural, t } from '../../platform/language/speaking.js';
import type { Comparison } from './comparison.js';
import { domainLabel } from './domains.js';
import { isPruned } from './references.js';
import { roleLabel } from './roles.js';

/** What the organisations of the file have besides. Organisations and operator staff stay. */
export function enterRemovals(comparison: Comparison): void {
  const gone = new Set([...removeApplications(comparison), ...removeUsers(comparison)]);
  removeDomains(comparison, gone);
  removeRoles(comparison, gone);
  removeResources(comparison);
  removeApis(comparison);
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
  const { state, people, work } = comparison;
  if (!comparison.prunes('user')) return [];
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
  const { state, keptRoles, work } = comparison;
  if (!comparison.prunes('role')) return;
  const people = new Map([...state.users.values()].map((each) => [each.id, each]));
  for (const { id, userId, role, applicationId, application } of state.roles) {
    const { email, organisationId } = people.get(userId)!;
    if (keptRoles.has(id) || !comparison.isDescribed(organisationId)) continue;
    if (gone.has(userId) || gone.has(applicationId ?? '')) continue;
    comparison.enter('remove', 'role', roleLabel(email, role, application));
    work.withdrawnRoles.push(id);
  }
}

/** @param gone applications that take their domains with them */
function removeDomains(comparison: Comparison, gone: Set<string>): void {
  const { state, domains, settings, work } = comparison;
  if (!settings.domains || !comparison.prunes('domain')) return;
  for (const [key, { id, applicationId, application, host }] of state.domains) {
    const { organisationId } = state.applications.get(application.toLowerCase())!;
    if (domains.has(key) || !comparison.isDescribed(organisationId)) continue;
    if (gone.has(applicationId)) continue;
    comparison.enter('remove', 'domain', domainLabel(application, host));
    work.deletedDomains.push({ applicationId, domainId: id });
  }
}

/** They belong to no organisation: all that the file does not name, and that nobody has any more. */
function removeResources(comparison: Comparison): void {
  const { state, work } = comparison;
  if (!comparison.prunes('resource')) return;
  const deleted = new Set(work.deletedApplications);
  const withdrawn = [
    ...work.withdrawnGrants.map(({ resourceId }) => resourceId),
    ...[...state.applications.values()]
      .filter(({ id }) => deleted.has(id))
      .flatMap(({ granted }) => [...new Set(granted.map((text) => text.split('/')[0]!))])
      .map((scope) => state.resources.get(scope)?.id),
  ];
  for (const { id, scope, own, granted, secrets } of state.resources.values()) {
    if (own || comparison.resources.has(scope)) continue;
    const left = granted - withdrawn.filter((each) => each === id).length;
    const reasons = [
      left > 0 && plural(left, t`${left} application has it`, t`${left} applications have it`),
      secrets > 0 && t`its resource server has secrets`,
    ].filter((each) => typeof each === 'string');
    const why = reasonText(reasons);
    if (why)
      stays(
        comparison,
        t`The resource "${scope}" would be removed, because the file does not name it, but cannot be: ${why}.`,
      );
    else {
      comparison.enter('remove', 'resource', scope);
      work.deletedResources.push(id);
    }
  }
}

function removeApis(comparison: Comparison): void {
  const { state, work } = comparison;
  if (!comparison.prunes('api')) return;
  const gone = new Set([...work.deletedApplications, ...work.deletedResources]);
  for (const { code, own, applications } of state.apis.values()) {
    if (own || comparison.apis.has(code)) continue;
    const resources = [...state.resources.values()].filter(
      (each) => each.apiCode === code && !gone.has(each.id),
    );
    const deleted = [...state.applications.values()].filter(
      (each) => each.apiCode === code && gone.has(each.id),
    );
    const reasons = [
      resources.length > 0 && t`it has resources`,
      applications > deleted.length && t`there are applications for it`,
    ].filter((each) => typeof each === 'string');
    const why = reasonText(reasons);
    if (why)
      stays(
        comparison,
        t`The API ${code} would be removed, because the file does not name it, but cannot be: ${why}.`,
      );
    else {
      comparison.enter('remove', 'api', code);
      work.deletedApis.push(code);
    }
  }
}

/** Of two at most. */
function reasonText([one, other]: string[]): string | undefined {
  return one !== undefined && other !== undefined ? t`${one}, and ${other}` : one;
}

function stays(comparison: Comparison, why: string): void {
  comparison.complain({ line: 1, column: 1 }, why);
}
