import { randomUUID } from 'node:crypto';
import type { WantedOrganisation } from '../wanted.js';
import { changesOf } from './changes.js';
import type { Comparison } from './comparison.js';

export function compareOrganisation(
  comparison: Comparison,
  { at, key, ...wanted }: WantedOrganisation,
): void {
  const { state, work, places } = comparison;
  const { country, slug, name, ion } = wanted;
  if (comparison.isTwice(`organisation ${key}`, at)) return;
  if (ion && comparison.isTwice(`ION ${ion}`, at)) return;
  if (ion && isTaken(comparison, ion, key))
    return comparison.complain(at, `${state.ions.get(ion)} has the ION ${ion}.`);
  const existing = state.organisations.get(key);
  const id = existing?.id ?? randomUUID();
  places.set(key, { id, country, slug });
  const label = `${country}/${slug}`;
  if (!existing) {
    work.newOrganisations.push({ id, ...wanted });
    return comparison.enter('create', 'organisation', label, at, { name, ion });
  }
  const changes = changesOf(existing, { slug, name, ion });
  if (comparison.enterExisting('organisation', label, at, changes))
    work.changedOrganisations.push({ id, ...wanted });
}

/** By an organisation that keeps it: one that the file gives another ION makes room. */
function isTaken({ state, wanted }: Comparison, ion: string, key: string): boolean {
  const holder = state.ions.get(ion);
  if (holder === undefined || holder === key) return false;
  const described = wanted.organisations.find((each) => each.key === holder);
  return !described || described.ion === ion;
}
