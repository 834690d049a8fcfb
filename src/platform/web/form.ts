import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import { t } from '../language/speaking.js';
import { Invalid } from '../refusals.js';

/** A field as a template prints it: what was typed, and the sentence about it. */
export interface Field {
  value: string;
  error?: string;
}

/**
 * Reads a form's fields into an instance of `Form`. Only fields that the class declares with a
 * default are taken, as text; a repeated or missing field is the default.
 */
export function readForm<T extends object>(Form: new () => T, body: unknown): T {
  const blank = new Form() as Record<string, string>;
  const sent = (body ?? {}) as Record<string, unknown>;
  const taken = Object.keys(blank).map((name) => {
    const value = Object.hasOwn(sent, name) ? sent[name] : undefined;
    return [name, typeof value === 'string' ? value : blank[name]];
  });
  return plainToInstance(Form, Object.fromEntries(taken));
}

/** @throws Invalid with one sentence for each field that breaks a rule of the class */
export function checkForm(form: object): void {
  const problems = () =>
    Object.fromEntries(
      validateSync(form, { stopAtFirstError: true }).map(({ property, constraints }) => [
        property,
        Object.values(constraints ?? { unknown: t`This is not valid.` })[0]!,
      ]),
    );
  if (Object.keys(problems()).length > 0) throw new Invalid(problems);
}

/** The form's fields for the template, with the sentences of a refusal where there is one. */
export function fieldsOf<T extends object>(form: T, refusal?: unknown): Record<keyof T, Field> {
  const errors = refusal instanceof Invalid ? refusal.fields : {};
  const fields = Object.entries(form as Record<string, string>).map(([name, value]) => [
    name,
    { value, error: errors[name] },
  ]);
  return Object.fromEntries(fields) as Record<keyof T, Field>;
}
