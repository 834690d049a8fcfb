import { isLanguage, type Language } from './languages.js';

/** Countries whose main language is one of ours (ISO 3166-1). */
const ofCountry = new Map<string, Language>([
  ['NL', 'nl'],
  ['DE', 'de'],
  ['AT', 'de'],
  ['FR', 'fr'],
  ['ES', 'es'],
]);

/** What a mail is written in: the language of its reader, which the first sign-in has set. */
export function mailLanguage(chosen: string | null | undefined): Language {
  return isLanguage(chosen) ? chosen : 'en';
}

/** For somebody who was never here: the main language of their organisation's country. */
export function invitationLanguage(
  chosen: string | null | undefined,
  country: string | null | undefined,
): Language {
  return mailLanguage(chosen ?? ofCountry.get(country ?? ''));
}
