import type { UtcDay } from '../../platform/utc-day.js';
import { type Entry, emptyWork } from '../plan.js';
import type { Position, Problem, RowKind } from '../rows.js';
import type { ApplicationState, State } from '../state.query.js';
import type { Wanted } from '../wanted.js';
import { changesOf, type Values } from './changes.js';

export interface Settings {
  today: UtcDay;
  /** Removes what the described organisations have and the file does not name. */
  prune: boolean;
  /** May the file speak of operator staff? A program may not (ADR 11). */
  staff: boolean;
  /** The kinds that the file speaks of; others are not removed. */
  kinds: Set<RowKind>;
}

export interface Place {
  id: string;
  country: string;
  slug: string;
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

/** What is known so far while the rows are walked through, and what was found. */
export class Comparison {
  readonly entries: Entry[] = [];
  readonly problems: Problem[] = [];
  readonly work = emptyWork();
  /** Organisations, by their key, that there are or will be. */
  readonly places = new Map<string, Place>();
  /** Applications of the file, by their name in small letters. */
  readonly applications = new Map<string, KnownApplication>();
  /** Accounts of the file, by their address. */
  readonly people = new Map<string, KnownPerson>();
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
      wanted.organisations.flatMap(({ key }) => state.organisations.get(key)?.id ?? []),
    );
  }

  /** Is this one of the organisations of the file, so that it is pruned? */
  isDescribed(organisationId: string | null): boolean {
    return organisationId !== null && this.described.has(organisationId);
  }

  /** Has the file named this before? Then that is a problem. */
  isTwice(what: string, at: Position): boolean {
    const first = this.seen.get(what);
    this.seen.set(what, first ?? at.line);
    if (first !== undefined)
      this.complain(at, `This is there twice; the first time in line ${first}: ${what}.`);
    return first !== undefined;
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
