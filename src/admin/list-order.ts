import { t } from '../platform/language/speaking.js';
import { instantKey, readInstantCursor } from './instant-cursor.js';
import { type Cursor, readCursor, seek } from './keyset.js';
import type { Option } from './models.js';

/** What a list of IT can be sorted by. */
export type Order = 'name' | 'new';

export const orderOptions = (): Option[] => [
  { value: '', label: t`Name` },
  { value: 'new', label: t`Newest first` },
];

/** As it stands in the address; the first one is left out. */
export function orderValue(order: Order): string {
  return order === 'new' ? 'new' : '';
}

export function readOrder(sort: unknown): Order {
  return sort === 'new' ? 'new' : 'name';
}

/** The cursor of a page in this order; one of the other order is as good as none. */
export function orderCursor(order: Order, query: Record<string, unknown>): Cursor | undefined {
  if (order === 'new') return readInstantCursor(query);
  return readCursor(query, [/^\P{Cc}{1,200}$/u, /^[0-9a-f-]{36}$/]);
}

/** The SQL of a page: `table` has an index for both orders. */
export function orderSeek(
  order: Order,
  cursor: Cursor | undefined,
  table: string,
  first: number,
): ReturnType<typeof seek> {
  return order === 'new'
    ? seek(cursor, [`${table}.created_at`, `${table}.id`], first, true)
    : seek(cursor, [`lower(${table}.name)`, `${table}.id::text`], first);
}

/** The key of a row in this order, for the links to the pages before and after. */
export function orderKey(order: Order) {
  return (row: { id: string; sort: string; createdAt: Date }): string[] =>
    order === 'new' ? instantKey(row.createdAt, row.id) : [row.sort, row.id];
}

/** One of the values that a filter has; anything else is as good as none. */
export function chosen<T extends string>(value: unknown, values: readonly T[]): T | '' {
  return values.find((each) => each === value) ?? '';
}
