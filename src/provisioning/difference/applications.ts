import { randomUUID } from 'node:crypto';
import { applicationName } from '../../applications/application-name.js';
import { t } from '../../platform/language/speaking.js';
import type { ApplicationState, State } from '../state.query.js';
import type { WantedApplication } from '../wanted.js';
import { changesOf } from './changes.js';
import type { Comparison, Place } from './comparison.js';
import { compareGrants } from './grants.js';
import { isApi, placeOf } from './references.js';

/** Compares applications. It knows those of the database by their parts, too. */
export function applicationComparer(comparison: Comparison): (wanted: WantedApplication) => void {
  const sameParts = byParts(comparison.state);
  return (wanted) => compareApplication(comparison, wanted, sameParts);
}

function compareApplication(
  comparison: Comparison,
  wanted: WantedApplication,
  sameParts: Map<string, ApplicationState>,
): void {
  const { state, applications } = comparison;
  const { kind, api, at } = wanted;
  const place = placeOf(comparison, wanted.organisation);
  if (!isApi(comparison, api) || !place) return;
  const { country, slug } = place;
  const built = applicationName({ kind, country, slug, api: api.text });
  const named = wanted.name?.text ?? built;
  if (comparison.isTwice('application', named.toLowerCase(), at)) return;
  const existing = state.applications.get(named.toLowerCase());
  const problem = existing
    ? foreign(existing, wanted, place)
    : cannotBeMade(wanted, built, sameParts.get(partsOf(wantedParts(wanted, place))));
  if (problem) return comparison.complain(wanted.name?.at ?? at, problem);
  const id = existing?.id ?? randomUUID();
  const name = existing?.name ?? named;
  applications.set(named.toLowerCase(), { state: existing, name, organisationId: place.id });
  if (existing) enterExisting(comparison, wanted, existing);
  else enterNew(comparison, wanted, { id, name, place });
  compareGrants(comparison, wanted, existing, { id, name, place });
}

function enterNew(
  comparison: Comparison,
  { at, kind, api, disabled }: WantedApplication,
  { id, name, place }: { id: string; name: string; place: Place },
): void {
  const { id: organisationId, country, slug } = place;
  comparison.work.newApplications.push({
    id,
    clientId: randomUUID(),
    organisationId,
    kind,
    country,
    slug,
    apiCode: api.text,
    name,
    disabled,
  });
  comparison.enter('create', 'application', name, at, { state: disabled ? 'disabled' : null });
}

function enterExisting(
  comparison: Comparison,
  { at, disabled }: WantedApplication,
  existing: ApplicationState,
): void {
  const { work } = comparison;
  const changes = changesOf({ state: stateText(existing) }, { state: stateText({ disabled }) });
  if (comparison.enterExisting('application', existing.name, at, changes))
    (disabled ? work.disabled : work.enabled).push(existing.id);
}

/** By its name it is another one's, or not what the row says. */
function cannotBeMade(
  { name }: WantedApplication,
  built: string,
  older: ApplicationState | undefined,
): string | undefined {
  if (name && name.text !== built) {
    return t`There is no application "${name.text.slice(0, 120)}". A new one would be called ${built}: leave "name" out.`;
  }
  return older && !name
    ? t`This organisation has ${older.name} already. Write that into "name", or ${built} for a second one.`
    : undefined;
}

function foreign(
  existing: ApplicationState,
  wanted: WantedApplication,
  place: Place,
): string | undefined {
  return partsOf(existing) === partsOf(wantedParts(wanted, place))
    ? undefined
    : t`${existing.name} is an application of another organisation, kind or API.`;
}

type Parts = Pick<ApplicationState, 'organisationId' | 'kind' | 'apiCode'>;

function byParts({ applications }: State): Map<string, ApplicationState> {
  return new Map([...applications.values()].map((each) => [partsOf(each), each]));
}

function wantedParts({ kind, api }: WantedApplication, { id }: Place): Parts {
  return { organisationId: id, kind, apiCode: api.text };
}

function partsOf({ organisationId, kind, apiCode }: Parts): string {
  return `${organisationId} ${kind} ${apiCode}`;
}

function stateText({ disabled }: { disabled: boolean }): string {
  return disabled ? 'disabled' : 'enabled';
}
