import { t } from '../../platform/language/speaking.js';
import type { Item } from '../rows.js';
import type { ApplicationState } from '../state.query.js';
import { organisationKey } from '../wanted.js';
import type { Comparison, KnownApplication, KnownPerson, Place } from './comparison.js';

export const staffAlone = () =>
  t`Operator staff are looked after by people: on the pages, or by the command on the server.`;

/* What a row refers to: in the file or in the database, and not removed by the same file. */

export function placeOf(comparison: Comparison, { text, at }: Item): Place | undefined {
  const place = comparison.places.get(organisationKey(text));
  if (!place) {
    const problem = t`There is no organisation ${text}, neither in this file nor in Keyturn.`;
    comparison.complain(at, problem);
  }
  return place;
}

export function applicationOf(
  comparison: Comparison,
  { text, at }: Item,
): KnownApplication | undefined {
  const name = text.toLowerCase();
  const known = comparison.applications.get(name);
  if (known) return known;
  const state = comparison.state.applications.get(name);
  if (!state || isPruned(comparison, state)) {
    const shown = text.slice(0, 120);
    const problem = state
      ? t`The application "${shown}" would be removed: the file does not name it.`
      : t`The application "${shown}" is neither in this file nor in Keyturn.`;
    comparison.complain(at, problem);
    return undefined;
  }
  return { state, name: state.name, organisationId: state.organisationId };
}

export function personOf(comparison: Comparison, { text, at }: Item): KnownPerson | undefined {
  const known = comparison.people.get(text);
  if (known) return known;
  const { settings, state } = comparison;
  const found = state.users.get(text);
  const pruned = comparison.prunes('user') && comparison.isDescribed(found?.organisationId ?? null);
  const hidden = !settings.staff && found?.organisationId === null;
  if (!found || found.closed || hidden || pruned) {
    const shown = text.slice(0, 120);
    const problem = pruned
      ? t`The account "${shown}" would be closed: the file does not name it.`
      : t`The account "${shown}" is neither in this file nor open in Keyturn.`;
    comparison.complain(at, problem);
    return undefined;
  }
  return found;
}

/** Is there this API, or will there be? Otherwise that is a problem. */
export function isApi(comparison: Comparison, { text, at }: Item): boolean {
  const known = comparison.hasApi(text);
  if (!known) comparison.complain(at, t`There is no API "${text.slice(0, 40)}".`);
  return known;
}

/** Would the file remove this application, because it does not name it? */
export function isPruned(comparison: Comparison, application: ApplicationState): boolean {
  const { applications } = comparison;
  return (
    comparison.prunes('application') &&
    comparison.isDescribed(application.organisationId) &&
    !applications.has(application.name.toLowerCase())
  );
}
