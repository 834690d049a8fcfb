import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { templatesFolder } from '../project-root.js';
import { type Language, languages } from './languages.js';

/**
 * Translations by the English words, with `{0}`, `{1}` where values stand:
 * `templates/languages/<language>.json`. English needs none.
 */
export type Catalogue = Readonly<Record<string, string>>;

export const catalogues = new Map<Language, Catalogue>(
  (Object.keys(languages) as Language[])
    .filter((language) => language !== 'en')
    .map((language) => [language, read(language)]),
);

function read(language: Language): Catalogue {
  const file = join(templatesFolder, 'languages', `${language}.json`);
  const words = JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>;
  return Object.assign(Object.create(null) as object, words);
}
