import { cleanName } from '../platform/plain-text.js';

const week = 7 * 86_400_000;

/** S9: somebody probably still needs a secret that was used in the last seven days. */
export function usedRecently({ lastUsedAt }: { lastUsedAt: Date | null }, now: Date): boolean {
  return lastUsedAt !== null && now.getTime() - lastUsedAt.getTime() < week;
}

/** Was the name typed that a deletion asks for? Neither case nor the number of spaces matters. */
export function isNameTyped(typed: string, name: string): boolean {
  return cleanName(typed).toLowerCase() === cleanName(name).toLowerCase();
}
