import type { EntityManager } from 'typeorm';
import type { Language } from '../platform/language/languages.js';
import { mailLanguage } from '../platform/language/mail-language.js';

/** What mails to an account are written in. */
export async function languageOfAccount(db: EntityManager, userId: string): Promise<Language> {
  const [row] = await db.query<{ language: string | null }[]>(
    'select language from users where id = $1',
    [userId],
  );
  return mailLanguage(row?.language);
}
