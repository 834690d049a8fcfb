/** Where something stands in the file; both count from 1. In CSV the column is the number of the cell. */
export interface Position {
  line: number;
  column: number;
}

export type RowKind =
  'api' | 'resource' | 'custom_role' | 'organisation' | 'application' | 'domain' | 'user' | 'role';

/** A field as it was written: a text, or the items of a list. */
export interface Cell {
  at: Position;
  value: string | Item[];
}

export interface Item {
  at: Position;
  text: string;
}

/** One row of the file, before any rule has looked at it. */
export interface RawRow {
  kind: RowKind;
  at: Position;
  cells: Map<string, Cell>;
}

/** What is wrong, and where. */
export interface Problem extends Position {
  text: string;
}

export interface ReadFile {
  rows: RawRow[];
  /** The kinds that the file speaks of, also where it names none of them. */
  kinds: Set<RowKind>;
  problems: Problem[];
}

/** What a field holds: `addresses` is a list whose entries may have commas in them. */
export type Use = 'needed' | 'optional' | 'list' | 'addresses';

/** The fields of each kind of row: whether they are needed, may be left out, or hold a list. */
export const shapes: Record<RowKind, Record<string, Use>> = {
  api: { code: 'needed', name: 'needed' },
  resource: {
    scope: 'needed',
    api: 'needed',
    name: 'needed',
    environment: 'needed',
    audience: 'needed',
    token_minutes: 'optional',
    token_format: 'optional',
  },
  custom_role: {
    key: 'needed',
    name: 'needed',
    level: 'needed',
    permissions: 'list',
    description: 'optional',
    group: 'optional',
    state: 'optional',
    last_day: 'optional',
  },
  organisation: {
    country: 'needed',
    slug: 'needed',
    name: 'needed',
    ion: 'optional',
    operator: 'optional',
    formerly: 'optional',
  },
  application: {
    organisation: 'needed',
    api: 'needed',
    name: 'optional',
    kind: 'optional',
    state: 'optional',
    resources: 'list',
  },
  domain: {
    application: 'needed',
    host: 'needed',
    name: 'needed',
    environment: 'optional',
    active: 'optional',
    sign_in: 'optional',
    calls: 'optional',
    primary: 'optional',
    servers: 'list',
    fallback: 'optional',
    callbacks: 'addresses',
    callbacks_off: 'addresses',
  },
  user: { email: 'needed', name: 'needed', organisation: 'optional' },
  role: {
    user: 'needed',
    role: 'needed',
    application: 'optional',
    confirmed_by: 'optional',
    confirmed_on: 'optional',
    last_day: 'optional',
  },
};

export const isList = (use: Use | undefined) => use === 'list' || use === 'addresses';

export const rowKinds = Object.keys(shapes) as RowKind[];

export const byPosition = (a: Position, b: Position) => a.line - b.line || a.column - b.column;
