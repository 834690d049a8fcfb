import { catalogues } from './catalogues.js';
import type { Language } from './languages.js';

let spoken: Language = 'en';

/** The language of the words that are made now. */
export function language(): Language {
  return spoken;
}

/**
 * Does the work with all its words in this language. The work builds or renders and waits for
 * nothing: a promise would go on in another language (docs/adr/0110).
 */
export function speaking<T>(
  wanted: Language,
  work: () => T extends Promise<unknown> ? never : T,
): T {
  const before = spoken;
  spoken = wanted;
  try {
    return work();
  } finally {
    spoken = before;
  }
}

/** Words that are made where they are read, in the language that is spoken there. */
export type Words = string | (() => string);

export function wordsOf(words: Words): string {
  return typeof words === 'function' ? words() : words;
}

/** What a sentence is found by in a catalogue, by its place in the code. */
const keys = new WeakMap<TemplateStringsArray, string>();

export function keyOf(parts: TemplateStringsArray): string {
  const known = keys.get(parts);
  if (known !== undefined) return known;
  const key = parts.reduce((before, part, index) => `${before}{${index - 1}}${part}`);
  keys.set(parts, key);
  return key;
}

/** A sentence in the spoken language; what no catalogue has is English. */
export function t(parts: TemplateStringsArray, ...values: (string | number)[]): string {
  return filled(parts, values.map(String));
}

/** One sentence or the other, by how many there are; both name the number (in French 0 is singular). */
export function plural(count: number, one: string, other: string): string {
  return pluralRules(spoken).select(count) === 'one' ? one : other;
}

/** `a, b and c` */
export function listed(items: readonly string[]): string {
  return listFormats(spoken).format(items);
}

/** Markup that is printed as it is. */
class Markup {
  constructor(readonly html: string) {}
}

/** For values of `th` that are markup already: what `include` made. */
export function raw(html: string): Markup {
  return new Markup(html);
}

/** A sentence with markup of its own, for `<%~ %>`; its values are escaped. */
export function th(parts: TemplateStringsArray, ...values: (string | number | Markup)[]): string {
  return filled(
    parts,
    values.map((value) => (value instanceof Markup ? value.html : escaped(String(value)))),
  );
}

function filled(parts: TemplateStringsArray, values: string[]): string {
  const catalogue = catalogues.get(spoken);
  const sentence = catalogue?.[keyOf(parts)];
  return sentence === undefined
    ? inEnglish(parts, values)
    : sentence.replace(/\{(\d+)\}/g, (place, index: string) => values[Number(index)] ?? place);
}

/** As it stands in the code, where nothing is to be looked for. */
function inEnglish(parts: TemplateStringsArray, values: string[]): string {
  let sentence = parts[0]!;
  for (let place = 0; place < values.length; place++) {
    sentence += values[place]! + parts[place + 1]!;
  }
  return sentence;
}

const entities: Record<string, string> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character]!);
}

const pluralRules = perLanguage((tag) => new Intl.PluralRules(tag));
const listFormats = perLanguage((tag) => new Intl.ListFormat(tag, { type: 'conjunction' }));

/** Made once for each language: formats of Intl are dear. English is British. */
export function perLanguage<T>(make: (tag: string) => T): (language: Language) => T {
  const made = new Map<Language, T>();
  return (wanted) => {
    const known = made.get(wanted) ?? make(wanted === 'en' ? 'en-GB' : wanted);
    made.set(wanted, known);
    return known;
  };
}
