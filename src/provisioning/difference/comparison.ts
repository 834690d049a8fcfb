import { t } from '../../platform/language/speaking.js';
import type { UtcDay } from '../../platform/utc-day.js';
import type { BuiltInRole } from '../../applications/role-assignment.entity.js';
import { isBuiltIn } from '../../applications/role-words.js';
import type { Level } from '../../users/permissions.js';
import { type Entry, emptyWork } from '../plan.js';
import type { Position, Problem, RowKind } from '../rows.js';
import type { ApplicationState, ResourceState, State } from '../state.query.js';
import type { Wanted } from '../wanted.js';
import { changesOf, type Values } from './changes.js';

const builtInLevels: Record<BuiltInRole, Level> = {
  credential_manager: 'application',
  org_admin: 'organisation',
  it: 'platform',
};

export interface Settings {
  today: UtcDay;
  /** Removes what the described organisations have and the file does not name. */
  prune: boolean;
  /** May the file speak of operator staff? A program may not (ADR 11). */
  staff: boolean;
  /** The kinds that the file speaks of; others are not removed. */
  kinds: Set<RowKind>;
  /** Is the module of domains on? */
  domains: boolean;
}

export interface Place {
  id: string;
  country: string;
  slug: string;
  operator: boolean;
}

export interface KnownApplication {
  /** Absent for an application that is made by this file. */
  state?: ApplicationState;
  name: string;
  organisationId: string;
}

export interface KnownPerson {
  /** Absent for an account that is made by this file. */
  id?: string;
  organisationId: string | null;
}

/** What a file names once, in words. */
const once = {
  api: (name: string) => t`API ${name}`,
  resource: (name: string) => t`resource ${name}`,
  audience: (name: string) => t`audience ${name}`,
  name: (name: string) => t`resource name ${name}`,
  organisation: (name: string) => t`organisation ${name}`,
  ion: (name: string) => t`ION ${name}`,
  application: (name: string) => t`application ${name}`,
  domain: (name: string) => t`domain ${name}`,
  primary: (name: string) => t`primary domain of ${name}`,
  user: (name: string) => t`user ${name}`,
  role: (name: string) => t`role ${name}`,
  custom_role: (name: string) => t`custom role ${name}`,
};

/** What is known so far while the rows are walked through, and what was found. */
export class Comparison {
  readonly entries: Entry[] = [];
  readonly problems: Problem[] = [];
  readonly work = emptyWork();
  /** Codes of the APIs of the file. */
  readonly apis = new Set<string>();
  /** Resources of the file, by their scope. */
  readonly resources = new Map<string, ResourceState>();
  /** Roles of the file that IT makes, by their key, and whether they can be given. */
  readonly customRoles = new Map<string, { level: Level; open: boolean }>();
  /** Organisations, by their key, that there are or will be. */
  readonly places = new Map<string, Place>();
  /** Applications of the file, by their name in small letters. */
  readonly applications = new Map<string, KnownApplication>();
  /** Accounts of the file, by their address. */
  readonly people = new Map<string, KnownPerson>();
  /** Domains of the file. */
  readonly domains = new Set<string>();
  readonly keptRoles = new Set<string>();
  /** First line of each thing in the file. */
  private readonly seen = new Map<string, number>();
  private readonly described: Set<string>;

  constructor(
    readonly wanted: Wanted,
    readonly state: State,
    readonly settings: Settings,
  ) {
    for (const [key, place] of state.organisations) this.places.set(key, place);
    this.described = new Set(
      wanted.organisations
        .flatMap(({ key, formerKey }) => [key, formerKey ?? key])
        .flatMap((key) => state.organisations.get(key)?.id ?? []),
    );
  }

  /** Is there this API, or will there be? */
  hasApi(code: string): boolean {
    if (this.apis.has(code)) return true;
    const api = this.state.apis.get(code);
    return api !== undefined && (api.own || !this.prunes('api'));
  }

  /** The resource that there is or will be. */
  resource(scope: string): ResourceState | undefined {
    const made = this.resources.get(scope);
    if (made) return made;
    const resource = this.state.resources.get(scope);
    return resource?.own || !this.prunes('resource') ? resource : undefined;
  }

  /** The role that there is or will be. */
  role(key: string): { level: Level; open: boolean } | undefined {
    if (isBuiltIn(key)) return { level: builtInLevels[key], open: true };
    const made = this.customRoles.get(key);
    if (made) return made;
    const role = this.state.customRoles.get(key);
    return role && { level: role.level, open: role.active && !role.over };
  }

  /** Does the file remove what it does not name of this kind? */
  prunes(kind: RowKind): boolean {
    return this.settings.prune && this.settings.kinds.has(kind);
  }

  /** Is this one of the organisations of the file, so that it is pruned? */
  isDescribed(organisationId: string | null): boolean {
    return organisationId !== null && this.described.has(organisationId);
  }

  /** Has the file named this before? Then that is a problem. */
  isTwice(kind: keyof typeof once, name: string, at: Position): boolean {
    const key = `${kind} ${name}`;
    const first = this.seen.get(key);
    this.seen.set(key, first ?? at.line);
    if (first === undefined) return false;
    const what = once[kind](name);
    this.complain(at, t`This is there twice; the first time in line ${first}: ${what}.`);
    return true;
  }

  complain({ line, column }: Position, text: string): void {
    this.problems.push({ line, column, text });
  }

  enter(
    action: Entry['action'],
    what: Entry['what'],
    name: string,
    at?: Position,
    values: Values = {},
  ): void {
    const changes = action === 'create' ? changesOf({}, values) : [];
    this.entries.push({ action, what, name, at, changes });
  }

  /** Of something that exists. @returns whether it changes */
  enterExisting(
    what: Entry['what'],
    name: string,
    at: Position,
    changes: Entry['changes'],
  ): boolean {
    const action = changes.length > 0 ? 'change' : 'same';
    this.entries.push({ action, what, name, at, changes });
    return action === 'change';
  }
}
