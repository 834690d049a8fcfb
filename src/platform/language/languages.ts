/** The languages of pages and mails, each by the name that its speakers give it. */
export const languages = {
  en: 'English',
  nl: 'Nederlands',
  de: 'Deutsch',
  fr: 'Français',
  es: 'Español',
} as const;

export type Language = keyof typeof languages;

export function isLanguage(value: unknown): value is Language {
  return typeof value === 'string' && Object.hasOwn(languages, value);
}

/**
 * The language that a browser asks for (RFC 9110 §12.5.4): the best liked one of ours, otherwise
 * English.
 */
export function acceptedLanguage(header: string | undefined): Language {
  const wishes = (header ?? '').split(',').map((wish) => {
    const [range = '', ...parameters] = wish.trim().toLowerCase().split(';');
    const weight = parameters.map((each) => /^\s*q=([\d.]+)$/.exec(each)?.[1]).find(Boolean);
    return { language: range.split('-')[0], weight: Number(weight ?? 1) };
  });
  wishes.sort((one, other) => other.weight - one.weight);
  const found = wishes.find(({ language, weight }) => isLanguage(language) && weight > 0);
  return (found?.language as Language | undefined) ?? 'en';
}
