import type { Entry, Work } from '../plan.js';
import type { Problem } from '../rows.js';
import type { State } from '../state.query.js';
import type { Wanted } from '../wanted.js';
import { applicationComparer } from './applications.js';
import { compareApi, compareResource } from './catalogue.js';
import { compareCustomRole } from './custom-roles.js';
import { Comparison, type Settings } from './comparison.js';
import { domainComparer } from './domains.js';
import { compareOrganisation } from './organisations.js';
import { enterRemovals } from './removals.js';
import { roleComparer } from './roles.js';
import { compareUser } from './users.js';

export interface Difference {
  entries: Entry[];
  work: Work;
  problems: Problem[];
}

/**
 * Compares the file with the database: what is to be made, changed, left and removed. Each kind of row
 * refers to those before it.
 */
export function differenceOf(wanted: Wanted, state: State, settings: Settings): Difference {
  const comparison = new Comparison(wanted, state, settings);
  wanted.apis.forEach((each) => compareApi(comparison, each));
  wanted.resources.forEach((each) => compareResource(comparison, each));
  wanted.customRoles.forEach((each) => compareCustomRole(comparison, each));
  wanted.organisations.forEach((each) => compareOrganisation(comparison, each));
  wanted.applications.forEach(applicationComparer(comparison));
  wanted.domains.forEach(domainComparer(comparison));
  wanted.users.forEach((each) => compareUser(comparison, each));
  wanted.roles.forEach(roleComparer(comparison));
  if (settings.prune) enterRemovals(comparison);
  const { entries, work, problems } = comparison;
  return { entries, work, problems };
}
