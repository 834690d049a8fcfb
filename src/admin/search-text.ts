/** What was typed into a search line: without control characters, which PostgreSQL cannot hold. */
export function searchText(typed: unknown): string {
  if (typeof typed !== 'string') return '';
  return typed
    .replace(/\p{Cc}+/gu, ' ')
    .trim()
    .slice(0, 100);
}
