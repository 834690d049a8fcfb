import { createHash } from 'node:crypto';
import type { ApplicationKind } from '../applications/application-name.js';
import type { ApiValues, ResourceValues, TokenWish } from '../applications/resource-values.js';
import type { NewRole as NewCustomRole, RoleValues } from '../applications/role-values.js';
import type { DomainValues } from '../domains/domain-values.js';
import type { DomainPlace } from '../domains/domains.service.js';
import type { RoleWish } from '../applications/roles.service.js';
import type { Position, Problem } from './rows.js';
import type { ResourceState, State } from './state.query.js';

export type Action = 'create' | 'change' | 'same' | 'remove';

export type Counts = Record<Action, number>;

/** What the file means for one thing. */
export interface Entry {
  action: Action;
  what:
    | 'api'
    | 'resource'
    | 'custom_role'
    | 'organisation'
    | 'application'
    | 'domain'
    | 'grant'
    | 'user'
    | 'role';
  name: string;
  /** Its place in the file; absent for what the file does not name. */
  at?: Position;
  changes: { field: string; from: string; to: string }[];
}

/** The writing that an application of the file comes to, in the order of these lists. */
export interface Work {
  newApis: ApiValues[];
  renamedApis: ApiValues[];
  newResources: (ResourceValues & TokenWish & { id: string })[];
  changedResources: (TokenWish & { id: string; name: string })[];
  newCustomRoles: (NewCustomRole & { active: boolean })[];
  changedCustomRoles: { key: string; active: boolean; values: RoleValues }[];
  newOrganisations: OrganisationValues[];
  changedOrganisations: OrganisationValues[];
  newApplications: NewApplication[];
  disabled: string[];
  enabled: string[];
  newGrants: NewGrant[];
  /** Of a resource with scopes of its own, new or with other scopes. */
  scopedGrants: { applicationId: string; resourceId: string; scopes: string[] }[];
  /** New ones, and those with other values or addresses. */
  domains: DomainWork[];
  deletedDomains: DomainPlace[];
  newUsers: { email: string; name: string; organisationId: string | null }[];
  renamedUsers: { id: string; name: string }[];
  withdrawnRoles: string[];
  newRoles: NewRole[];
  withdrawnGrants: { applicationId: string; resourceId: string }[];
  deletedApplications: string[];
  closedUsers: string[];
  deletedResources: string[];
  deletedApis: string[];
}

export interface OrganisationValues {
  id: string;
  country: string;
  slug: string;
  name: string;
  ion: string | null;
  /** Of a new one. */
  operator?: boolean;
}

export interface NewApplication {
  id: string;
  clientId: string;
  organisationId: string;
  kind: ApplicationKind;
  country: string;
  slug: string;
  apiCode: string;
  name: string;
  disabled: boolean;
}

export interface NewGrant {
  applicationId: string;
  application: string;
  organisationId: string;
  resource: ResourceState;
}

export interface DomainWork {
  /** By name. */
  application: string;
  host: string;
  values: DomainValues;
  /** Of one that exists. */
  place?: DomainPlace;
  removedUrls: string[];
  newUrls: { url: string; active: boolean }[];
  switchedUrls: { id: string; active: boolean }[];
}

export interface NewRole extends Omit<RoleWish, 'userId' | 'applicationId'> {
  email: string;
  /** By name. */
  application?: string;
}

/** What applying the file would do, or why it cannot be applied. */
export interface Plan {
  /** Every error of the file; nothing can be applied while there is one. */
  problems: Problem[];
  entries: Entry[];
  counts: Counts;
  /** Names this plan: it is another one as soon as the file or what it touches has changed. */
  fingerprint: string;
}

export function emptyWork(): Work {
  return {
    newApis: [],
    renamedApis: [],
    newResources: [],
    changedResources: [],
    newCustomRoles: [],
    changedCustomRoles: [],
    newOrganisations: [],
    changedOrganisations: [],
    newApplications: [],
    disabled: [],
    enabled: [],
    newGrants: [],
    scopedGrants: [],
    domains: [],
    deletedDomains: [],
    newUsers: [],
    renamedUsers: [],
    withdrawnRoles: [],
    newRoles: [],
    withdrawnGrants: [],
    deletedApplications: [],
    closedUsers: [],
    deletedResources: [],
    deletedApis: [],
  };
}

export function countsOf(entries: Entry[]): Counts {
  const counts = { create: 0, change: 0, same: 0, remove: 0 };
  for (const { action } of entries) counts[action]++;
  return counts;
}

export function fingerprintOf(
  text: string,
  prune: boolean,
  entries: Entry[],
  { organisations }: Pick<State, 'organisations'>,
): string {
  const names = [...organisations.values()].map(({ id, key, name }) => [id, key, name]).sort();
  return createHash('sha256')
    .update(JSON.stringify([prune, entries, names]))
    .update(text)
    .digest('hex')
    .slice(0, 20);
}
