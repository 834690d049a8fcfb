import { isLanguage, type Language } from './languages.js';

/** Countries whose main language is one of ours (ISO 3166-1). */
const ofCountry = new Map<string, Language>([
  ['NL', 'nl'],
  ['DE', 'de'],
  ['AT', 'de'],
  ['FR', 'fr'],
  ['ES', 'es'],
]);

/**
 * What a mail is written in: the language that its reader has chosen; for somebody who was never here,
 * the main one of their organisation's country; otherwise English.
 */
export function mailLanguage(
  chosen: string | null | undefined,
  country: string | null | undefined,
): Language {
  if (isLanguage(chosen)) return chosen;
  return ofCountry.get(country ?? '') ?? 'en';
}
