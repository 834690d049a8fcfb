import { randomUUID } from 'node:crypto';
import { t } from '../../platform/language/speaking.js';
import type { OrganisationState } from '../state.query.js';
import type { WantedOrganisation } from '../wanted.js';
import { changesOf } from './changes.js';
import type { Comparison } from './comparison.js';

export function compareOrganisation(comparison: Comparison, wanted: WantedOrganisation): void {
  const { at, key, formerKey, country, slug, name, ion, operator } = wanted;
  const { state, work, places } = comparison;
  if (comparison.isTwice('organisation', key, at)) return;
  if (formerKey && comparison.isTwice('organisation', formerKey, at)) return;
  if (ion && comparison.isTwice('ion', ion, at)) return;
  if (ion && isTaken(comparison, ion, wanted))
    return comparison.complain(at, t`${state.ions.get(ion)!} has the ION ${ion}.`);
  const problem = problemOfFormer(comparison, wanted);
  if (problem) return comparison.complain(at, problem);
  const existing = state.organisations.get(key) ?? state.organisations.get(formerKey ?? key);
  const unfit = problemOfOperator(comparison, wanted, existing);
  if (unfit) return comparison.complain(at, unfit);
  const id = existing?.id ?? randomUUID();
  if (formerKey) places.delete(formerKey);
  places.set(key, { id, country, slug, operator: existing?.operator ?? operator ?? false });
  const label = `${country}/${slug}`;
  const values = { id, country, slug, name, ion };
  if (!existing) {
    work.newOrganisations.push({ ...values, operator });
    const mark = operator ? 'yes' : null;
    return comparison.enter('create', 'organisation', label, at, { name, ion, operator: mark });
  }
  const changes = changesOf(existing, { country, slug, name, ion });
  if (comparison.enterExisting('organisation', label, at, changes))
    work.changedOrganisations.push(values);
}

/** `formerly` names one that there is, or was until the same file was applied before. */
function problemOfFormer(
  { state }: Comparison,
  { key, formerKey }: WantedOrganisation,
): string | undefined {
  if (!formerKey) return undefined;
  const [now, before] = [state.organisations.get(key), state.organisations.get(formerKey)];
  if (now && before) return t`There is ${formerKey} and also ${key}: neither can become the other.`;
  return (now ?? before) ? undefined : t`There is no organisation ${formerKey}.`;
}

/** What it may do is said when it is made, by a person (ADR 11). */
function problemOfOperator(
  { settings }: Comparison,
  { operator }: WantedOrganisation,
  existing: OrganisationState | undefined,
): string | undefined {
  if (operator === undefined || operator === existing?.operator) return undefined;
  if (existing)
    return existing.operator
      ? t`Whether an organisation is an operator is said when it is made, and never changes: this one is one.`
      : t`Whether an organisation is an operator is said when it is made, and never changes: this one is none.`;
  return operator && !settings.staff
    ? t`Operator organisations are made by people: on the pages, or by the command on the server.`
    : undefined;
}

/**
 * By an organisation that keeps it: one that the file gives another ION makes room, in an earlier row,
 * for changes are written in the order of the file. What is new comes after them.
 */
function isTaken({ state, wanted }: Comparison, ion: string, row: WantedOrganisation): boolean {
  const { key, formerKey } = row;
  const holder = state.ions.get(ion);
  if (holder === undefined || holder === key || holder === formerKey) return false;
  const described = wanted.organisations.find(
    (each) => each.key === holder || each.formerKey === holder,
  );
  if (!described || described.ion === ion) return true;
  const isNew = !state.organisations.has(key) && !state.organisations.has(formerKey ?? key);
  return !isNew && wanted.organisations.indexOf(described) > wanted.organisations.indexOf(row);
}
