/** The keys of all sentences in the code, sorted. */
export function messages(): string[];
/** A language's translations, by key. */
export function catalogue(language: string): Record<string, string>;
