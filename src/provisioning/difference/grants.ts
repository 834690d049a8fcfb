import { t } from '../../platform/language/speaking.js';
import type { Item, Position } from '../rows.js';
import type { ApplicationState, ResourceState } from '../state.query.js';
import type { WantedApplication } from '../wanted.js';
import { changesOf } from './changes.js';
import type { Comparison, Place } from './comparison.js';

interface Holder {
  id: string;
  name: string;
  place: Place;
}

/** One resource with what a grant of it allows; nothing for a resource without scopes of its own. */
interface Grant {
  at?: Position;
  scopes: string[];
}

/** The resources of an application. */
export function compareGrants(
  comparison: Comparison,
  wanted: WantedApplication,
  existing: ApplicationState | undefined,
  holder: Holder,
): void {
  const { state, work, settings } = comparison;
  if (!wanted.resources) return;
  const granted = byResource((existing?.granted ?? []).map((text) => ({ text })));
  for (const [name, { at, scopes }] of byResource(wanted.resources)) {
    const before = granted.get(name);
    granted.delete(name);
    const resource = comparison.resource(name);
    const problem = problemOf(name, resource, wanted, scopes, holder.place);
    const unfit = problem ?? notForProgram(comparison, resource!, scopes, before);
    if (unfit) comparison.complain(at!, unfit);
    else enterGrant(comparison, holder, resource!, { at, scopes }, before);
  }
  if (!settings.prune) return;
  for (const name of granted.keys()) {
    comparison.enter('remove', 'grant', `${holder.name} → ${name}`);
    const resourceId = state.resources.get(name)!.id;
    work.withdrawnGrants.push({ applicationId: holder.id, resourceId });
  }
}

function enterGrant(
  comparison: Comparison,
  { id: applicationId, name, place }: Holder,
  resource: ResourceState,
  { at, scopes }: Grant,
  before: Grant | undefined,
): void {
  const { work } = comparison;
  const label = `${name} → ${resource.scope}`;
  const values = { scopes: scopes.join(' ') };
  if (before) {
    const changes = changesOf({ scopes: before.scopes.join(' ') }, values);
    if (!comparison.enterExisting('grant', label, at!, changes)) return;
  } else comparison.enter('create', 'grant', label, at, values);
  if (scopes.length > 0) work.scopedGrants.push({ applicationId, resourceId: resource.id, scopes });
  else
    work.newGrants.push({ applicationId, application: name, organisationId: place.id, resource });
}

/** `match-connect` is one grant; so are `keyturn/secrets.read` and `keyturn/audit.read` together. */
function byResource(items: (Pick<Item, 'text'> & { at?: Position })[]): Map<string, Grant> {
  const grants = new Map<string, Grant>();
  for (const { text, at } of items) {
    const slash = text.indexOf('/');
    const name = slash < 0 ? text : text.slice(0, slash);
    const grant = grants.get(name) ?? { at, scopes: [] };
    if (slash >= 0) grant.scopes.push(text.slice(slash + 1));
    grant.scopes.sort();
    grants.set(name, grant);
  }
  return grants;
}

/** What an application cannot be granted (A6, A7). */
function problemOf(
  name: string,
  resource: ResourceState | undefined,
  { kind, api }: WantedApplication,
  scopes: string[],
  { operator }: Place,
): string | undefined {
  if (!resource) return t`There is no resource "${name.slice(0, 40)}".`;
  if (resource.apiCode !== api.text && !resource.own)
    return t`"${name}" belongs to another API than the application.`;
  if (kind === 'partner_alternative' && !resource.openToAlternative)
    return t`A PartnerAlternative application can hold the Match-Connect sandbox only.`;
  const known = resource.scopes.map((scope) => `${name}/${scope}`).join(', ');
  const strange = scopes.find((scope) => !resource.scopes.includes(scope));
  if (strange !== undefined)
    return known
      ? t`"${name}" has no scope "${strange.slice(0, 40)}". There are ${known}.`
      : t`"${name}" has no scope "${strange.slice(0, 40)}".`;
  if (known && scopes.length === 0) return t`"${name}" is granted by its scopes: ${known}.`;
  return !operator && scopes.some((scope) => resource.operatorScopes.includes(scope))
    ? t`Provisioning is for applications of an operator organisation.`
    : undefined;
}

/** No program makes itself or another more powerful (ADR 11). */
function notForProgram(
  { settings }: Comparison,
  { operatorScopes }: ResourceState,
  scopes: string[],
  before: Grant | undefined,
): string | undefined {
  if (settings.staff) return undefined;
  const more = scopes.find(
    (scope) => operatorScopes.includes(scope) && !before?.scopes.includes(scope),
  );
  return (
    more &&
    t`The scope "${more}" is given by people: on the pages, or by the command on the server.`
  );
}
