import { t } from '../platform/language/speaking.js';

/** How many rows a list page shows. */
export const pageSize = 50;

/** A place in a sorted list, as texts of its sort columns, and which way to read on from there. */
export interface Cursor {
  key: string[];
  forward: boolean;
}

/** What the template `partials/pagination` prints. */
export interface Pagination {
  text: string;
  previousHref?: string;
  nextHref?: string;
}

type Query = Record<string, unknown>;

/**
 * Reads `?after=` or `?before=`. What was not made here is as good as nothing: the first page.
 * @param fits the form of each part of the key
 */
export function readCursor(query: Query, fits: RegExp[]): Cursor | undefined {
  const [text, forward] = query.after !== undefined ? [query.after, true] : [query.before, false];
  if (typeof text !== 'string') return undefined;
  const key = decoded(text);
  const good =
    Array.isArray(key) &&
    key.length === fits.length &&
    key.every((part, at) => typeof part === 'string' && fits[at]!.test(part));
  return good ? { key: key as string[], forward } : undefined;
}

/**
 * The SQL of a page of a list: rows on the far side of the cursor, in reading order from it.
 * @param columns SQL expressions that sort the list and are unique together
 * @param first number of the first of the cursor's parameters
 */
export function seek(
  cursor: Cursor | undefined,
  columns: string[],
  first: number,
  newestFirst = false,
): { where: string; orderBy: string; values: string[] } {
  const ascending = (cursor?.forward ?? true) !== newestFirst;
  const parameters = columns.map((_, at) => `$${first + at}`);
  return {
    where: cursor
      ? `(${columns.join(', ')}) ${ascending ? '>' : '<'} (${parameters.join(', ')})`
      : 'true',
    orderBy: columns.map((column) => `${column} ${ascending ? 'asc' : 'desc'}`).join(', '),
    values: cursor?.key ?? [],
  };
}

/**
 * Cuts the one row too many off that was asked for, puts the rows into the order of the list, and
 * links to what comes before and after.
 * @param found up to `pageSize + 1` rows in the order of `seek`
 * @param filter parameters of the address that stay
 */
export function slice<T>(
  found: T[],
  cursor: Cursor | undefined,
  keyOf: (row: T) => string[],
  filter: Record<string, string>,
): { rows: T[]; pagination: Pagination } {
  const forward = cursor?.forward ?? true;
  const more = found.length > pageSize;
  const cut = found.slice(0, pageSize);
  const rows = forward ? cut : cut.reverse();
  const href = (name: 'after' | 'before', row: T | undefined) =>
    row && `?${new URLSearchParams({ ...kept(filter), [name]: encoded(keyOf(row)) }).toString()}`;
  return {
    rows,
    pagination: {
      // Read where the page is printed, in the language of the page.
      get text() {
        return t`${rows.length} on this page`;
      },
      previousHref: (forward ? cursor !== undefined : more) ? href('before', rows[0]) : undefined,
      nextHref: (forward ? more : true) ? href('after', rows.at(-1)) : undefined,
    },
  };
}

function kept(filter: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(filter).filter(([, value]) => value !== ''));
}

function encoded(key: string[]): string {
  return Buffer.from(JSON.stringify(key)).toString('base64url');
}

function decoded(text: string): unknown {
  try {
    return JSON.parse(Buffer.from(text, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}
