import type { ApplicationState, ResourceState } from '../state.query.js';
import type { WantedApplication } from '../wanted.js';
import type { Comparison } from './comparison.js';

/** The resources of an application. */
export function compareGrants(
  comparison: Comparison,
  wanted: WantedApplication,
  existing: ApplicationState | undefined,
  application: { id: string; name: string; organisationId: string },
): void {
  const { state, work, settings } = comparison;
  const { id: applicationId, name, organisationId } = application;
  const granted = new Set(existing?.granted);
  for (const { text, at } of wanted.resources ?? []) {
    const resource = state.resources.get(text);
    const problem = problemOf(text, resource, wanted);
    if (!resource || problem) {
      comparison.complain(at, problem!);
      continue;
    }
    const isThere = granted.delete(text);
    comparison.enter(isThere ? 'same' : 'create', 'grant', `${name} → ${text}`, at);
    if (!isThere)
      work.newGrants.push({ applicationId, application: name, organisationId, resource });
  }
  if (!wanted.resources || !settings.prune) return;
  for (const scope of granted) {
    comparison.enter('remove', 'grant', `${name} → ${scope}`);
    work.withdrawnGrants.push({ applicationId, resourceId: state.resources.get(scope)!.id });
  }
}

/** What an application cannot be granted (A6, A7). */
function problemOf(
  text: string,
  resource: ResourceState | undefined,
  { kind, api }: WantedApplication,
): string | undefined {
  if (!resource) return `There is no resource "${text.slice(0, 40)}".`;
  if (resource.hasScopes) return `"${text}" has scopes: grant it on the page of the application.`;
  if (resource.apiCode !== api.text && !resource.anyApi)
    return `"${text}" belongs to another API than the application.`;
  return kind === 'partner_alternative' && !resource.openToAlternative
    ? 'A PartnerAlternative application can hold the Match-Connect sandbox only.'
    : undefined;
}
