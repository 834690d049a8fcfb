/** A pattern for `ilike` that finds the text anywhere; `%` and `_` stand for themselves. */
export function containing(text: string): string {
  return `%${text.replace(/[\\%_]/g, '\\$&')}%`;
}
