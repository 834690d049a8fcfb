import { type Cursor, readCursor } from './keyset.js';

const uuid = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/** Key of a list that is sorted by an instant and an id; the clock knows milliseconds. */
export const instantKey = (at: Date, id: string): string[] => [`${at.getTime()}`, id];

/** The cursor of such a list, with the instant as the database reads it. */
export function readInstantCursor(query: Record<string, unknown>): Cursor | undefined {
  const cursor = readCursor(query, [/^\d{1,13}$/, uuid]);
  const [at, id] = cursor?.key ?? [];
  return cursor && { ...cursor, key: [new Date(Number(at)).toISOString(), id!] };
}
